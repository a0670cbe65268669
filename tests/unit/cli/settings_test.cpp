#include "client/settings.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace towline::client {
namespace {

namespace fs = std::filesystem;

class Folder : public testing::Test {
 protected:
    Folder() : path_(fs::temp_directory_path() / ("cli_settings_" + std::to_string(::getpid()))) {
        fs::create_directories(path_);
    }
    ~Folder() override { fs::remove_all(path_); }
    void write(const std::string& name, const std::string& text) {
        fs::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name) << text;
    }
    fs::path path_;
};

TEST(Address, IsTakenApart) {
    const Address address = parse_address("https://host:8443/sqlmesh/acme/shop/").value();
    EXPECT_EQ(address.origin, "https://host:8443");
    EXPECT_EQ(address.path, "/sqlmesh/acme/shop");
    EXPECT_EQ(address.project, "acme/shop");
    for (const char* bad :
         {"host/sqlmesh/a/b", "https://host", "https://host/sqlmesh/a", "ftp://host/sqlmesh/a/b",
          "https://user:pw@host/sqlmesh/a/b", "https://host/sqlmesh/a/b?x=1", "https://host/sqlmesh//b", ""})
        EXPECT_FALSE(parse_address(bad)) << bad;
}

TEST_F(Folder, FlagWinsOverNameAndNameOverAlias) {
    const Variables process{{"TOWLINE_URL", "own"}, {"TCLOUD_URL", "alias"}, {"TCLOUD_CLIENT_ID", "id"}};
    EXPECT_EQ(load_settings({{{"url", "flag"}}, process, path_}).value().url, "flag");
    EXPECT_EQ(load_settings({{}, process, path_}).value().url, "own");
    EXPECT_EQ(load_settings({{}, process, path_}).value().client_id, "id");
    EXPECT_EQ(load_settings({{}, {{"TCLOUD_URL", "alias"}}, path_}).value().url, "alias");
}

TEST_F(Folder, SecretComesFromAFile) {
    write("secret", "s3cret\n");
    const Settings settings =
        load_settings({{}, {{"TOWLINE_URL", "u"}, {"TOWLINE_CLIENT_SECRET_FILE", path_ / "secret"}}, path_}).value();
    EXPECT_EQ(settings.client_secret.reveal(), "s3cret");
    const auto missing = load_settings({{}, {{"TOWLINE_CLIENT_SECRET_FILE", path_ / "none"}}, path_});
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().message.find("TOWLINE_CLIENT_SECRET_FILE"), std::string::npos);
}

TEST_F(Folder, EnvFileWinsOverTheProcess) {
    write("my.env", "TOWLINE_URL=file\n# comment\nexport X='a b'\n");
    const Settings settings =
        load_settings({{}, {{"TOWLINE_URL", "process"}, {"TCLOUD_ENV_FILE", path_ / "my.env"}}, path_}).value();
    EXPECT_EQ(settings.url, "file");
    EXPECT_EQ(settings.environment.at("X"), "a b");
}

TEST_F(Folder, DevFileAboveIsFoundOnlyWithoutAUrl) {
    write(".towline/env", "TOWLINE_URL=dev\nTOWLINE_CLIENT_ID=dev-id\nTOWLINE_CLIENT_SECRET=x\n");
    write("deep/er/file", "");
    const Settings found = load_settings({{}, {{"TOWLINE_CLIENT_ID", "other"}}, path_ / "deep/er"}).value();
    EXPECT_EQ(found.url, "dev");
    EXPECT_EQ(found.client_id, "dev-id");
    EXPECT_EQ(load_settings({{}, {{"TOWLINE_URL", "u"}, {"TOWLINE_CLIENT_ID", "other"}}, path_ / "deep/er"})
                  .value()
                  .client_id,
              "other");
}

TEST_F(Folder, DevFileOfAnotherUserIsRefused) {
    write(".towline/env", "TOWLINE_URL=theirs\n");
    const uid_t owner = ::geteuid() == 0 ? 12'345 : ::geteuid();
    ASSERT_EQ(::chown((path_ / ".towline/env").c_str(), owner, ::getegid()), 0);
    const auto refused = load_settings({{}, {}, path_, owner + 1});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::forbidden);
    EXPECT_EQ(load_settings({{}, {{"TOWLINE_ENV_FILE", path_ / ".towline/env"}}, path_}).value().url, "theirs");
}

TEST_F(Folder, AFaultyEnvFileIsNamedWithItsLine) {
    const std::string file = path_ / "my.env";
    const auto fault = [&](const std::string& text) {
        write("my.env", text);
        return load_settings({{}, {{"TOWLINE_ENV_FILE", file}}, path_}).error().message;
    };
    EXPECT_EQ(fault("A=1\nhunter2 nonsense\n"), file + ": line 2: a name is followed by something else than '='");
    EXPECT_EQ(fault("A='hunter2\n"), file + ": line 1: a value in single quotes does not end");
    EXPECT_EQ(fault(std::string((1 << 20) + 1, '\n')), "'" + file + "' is too long: more than 1024 KiB");
}

}  // namespace
}  // namespace towline::client

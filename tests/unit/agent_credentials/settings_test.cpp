#include "credentials/settings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "credentials/engine_set.h"
#include "credentials/redactor.h"
#include "credentials/settings_watch.h"
#include "crypto/crypto.h"
#include "support/http/certificate.h"
#include "support/temporary_folder.h"

namespace towline::credentials {
namespace {

using test::TemporaryFolder;

SettingInputs inputs(Variables more = {}) {
    SettingInputs out;
    out.kind = protocol::ExecutorKind::apply;
    out.host_name = "box";
    out.process = {{"TCLOUD_URL", "https://towline.example/sqlmesh/acme/shop/"},
                   {"TCLOUD_CLIENT_ID", "client"},
                   {"TCLOUD_CLIENT_SECRET", "s3cret-s3cret"},
                   {"HOME", "/home/ada"},
                   {"SQLMESH__GATEWAYS__LOCAL__CONNECTION__TYPE", "duckdb"},
                   {"SQLMESH__GATEWAYS__LOCAL__CONNECTION__CONCURRENT_TASKS", "3"}};
    for (auto& [name, value] : more) out.process[name] = value;
    return out;
}

std::string source_of(const ExecutorSettings& settings, std::string_view name) {
    for (const EffectiveSetting& one : settings.effective) {
        if (one.name == name) return one.source;
    }
    return "?";
}

std::string shown_of(const ExecutorSettings& settings, std::string_view name) {
    for (const EffectiveSetting& one : settings.effective) {
        if (one.name == name) return one.shown;
    }
    return "?";
}

TEST(Settings, DefaultsAndAliases) {
    const auto settings = resolve_settings(inputs());
    ASSERT_TRUE(settings) << settings.error().front();
    EXPECT_EQ(settings->url, "https://towline.example/sqlmesh/acme/shop");
    EXPECT_EQ(settings->token_url, "https://towline.example/oauth/token");
    EXPECT_EQ(settings->name, "box-apply");
    EXPECT_EQ(settings->slots, 3);
    EXPECT_EQ(settings->spool_dir, "/home/ada/.local/state/towline/apply");
    EXPECT_EQ(settings->log_upload, LogUpload::scrubbed);
    EXPECT_EQ(settings->drain, std::chrono::seconds(25));
    EXPECT_EQ(source_of(*settings, "TOWLINE_URL"), "TCLOUD_URL");
    for (const EffectiveSetting& one : settings->effective) EXPECT_EQ(one.shown.find("s3cret"), std::string::npos);
}

TEST(Settings, FlagBeatsOurNameBeatsTheirName) {
    SettingInputs given = inputs({{"TOWLINE_CLIENT_ID", "ours"}, {"TOWLINE_SLOTS", "5"}});
    auto settings = resolve_settings(given);
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->client_id, "ours");
    EXPECT_EQ(settings->slots, 5);
    given.flags[SettingId::client_id] = "flagged";
    settings = resolve_settings(given);
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->client_id, "flagged");
    EXPECT_EQ(source_of(*settings, "TOWLINE_CLIENT_ID"), "flag --client-id");
}

TEST(Settings, EnvFileLiesOverTheProcess) {
    const TemporaryFolder folder;
    const std::string file = folder.write(".env", "TCLOUD_CLIENT_ID=from_file\nTOWLINE_SLOTS=2\n");
    const auto settings = resolve_settings(inputs({{"TCLOUD_ENV_FILE", file}}));
    ASSERT_TRUE(settings) << settings.error().front();
    EXPECT_EQ(settings->client_id, "from_file");
    EXPECT_EQ(settings->slots, 2);
    EXPECT_EQ(source_of(*settings, "TOWLINE_SLOTS"), "TOWLINE_SLOTS in " + file);
}

TEST(Settings, SecretFromAFile) {
    const TemporaryFolder folder;
    const std::string file = folder.write("secret", "from-file\n");
    SettingInputs given = inputs({{"TOWLINE_CLIENT_SECRET_FILE", file}});
    const auto settings = resolve_settings(given);
    ASSERT_TRUE(settings) << settings.error().front();
    EXPECT_EQ(settings->client_secret.reveal(), "from-file");
    given.process["TOWLINE_CLIENT_SECRET"] = "both";
    EXPECT_FALSE(resolve_settings(given));
}

TEST(Settings, AllFaultsAtOnceWithoutValues) {
    const auto settings = resolve_settings(inputs({{"TCLOUD_URL", "ftp://hunter2@x"},
                                                   {"TCLOUD_CLIENT_SECRET", ""},
                                                   {"TOWLINE_SLOTS", "hunter2"},
                                                   {"TOWLINE_LOG_LEVEL", "hunter2"},
                                                   {"TOWLINE_LOG_UPLOAD", "hunter2"},
                                                   {"TOWLINE_DRAIN_SECONDS", "-1"},
                                                   {"SQLMESH__GATEWAYS__LOCAL__CONNECTION__PORT", "1"}}));
    ASSERT_FALSE(settings);
    EXPECT_EQ(settings.error().size(), 7U);
    for (const std::string& fault : settings.error()) EXPECT_EQ(fault.find("hunter2"), std::string::npos) << fault;
}

TEST(Settings, LabelsAreAListOfTexts) {
    const auto labels = [](const std::string& text) { return resolve_settings(inputs({{"TOWLINE_LABELS", text}})); };
    EXPECT_TRUE(labels("")->labels.empty());
    EXPECT_EQ(labels(" size=large ,eu,,eu,*")->labels, (std::vector<std::string>{"*", "eu", "size=large"}));
    for (const std::string& bad : {std::string("size = large"), std::string("a\tb"), std::string(101, 'x')}) {
        const auto settings = labels(bad);
        ASSERT_FALSE(settings) << bad;
        EXPECT_NE(settings.error().front().find("TOWLINE_LABELS: a label has 1 to 100"), std::string::npos);
    }
    std::string many;
    for (int i = 0; i < 33; ++i) many += "l" + std::to_string(i) + ",";
    EXPECT_EQ(labels(many).error().front(), "TOWLINE_LABELS: more than 32 labels");
}

TEST(Settings, Urls) {
    const char* good[] = {"https://h/sqlmesh/a/b", "http://localhost:8080/sqlmesh/a/b/"};
    const char* bad[] = {"",
                         "h/sqlmesh/a/b",
                         "https:///a/b",
                         "https://h",
                         "https://h/x",
                         "https://u@h/sqlmesh/a/b",
                         "https://h/sqlmesh/a/b?c",
                         "https://h/a b/c"};
    for (const char* url : good) EXPECT_TRUE(resolve_settings(inputs({{"TOWLINE_URL", url}}))) << url;
    for (const char* url : bad) EXPECT_FALSE(resolve_settings(inputs({{"TCLOUD_URL", url}}))) << url;
}

TEST(Settings, TheDocumentationIsMadeFromTheTable) {
    std::ifstream file(TOWLINE_SOURCE_DIR "/docs/configuration.md");
    const std::string page((std::istreambuf_iterator<char>(file)), {});
    EXPECT_EQ(page, configuration_markdown());
}

TEST(SettingsWatch, AdoptsChangesAndKeepsOldValuesOnFaults) {
    const TemporaryFolder folder;
    const std::string file = folder.write(".env", "TCLOUD_CLIENT_SECRET=first-secret\n");
    const auto redactor = std::make_shared<Redactor>();
    auto watch = SettingsWatch::open(inputs({{"TCLOUD_ENV_FILE", file}}), redactor);
    ASSERT_TRUE(watch);
    using Change = SettingsWatch::Change;
    EXPECT_EQ(watch->refresh(), Change::none);

    folder.write(".env", "TCLOUD_CLIENT_SECRET=second-secret-longer\n");
    EXPECT_EQ(watch->refresh(), Change::adopted);
    EXPECT_EQ(watch->current().client_secret.reveal(), "second-secret-longer");
    EXPECT_EQ(redactor->mask("first-secret second-secret-longer"), "*** ***");

    folder.write(".env", "OK=1\nTCLOUD_CLIENT_SECRET='third\n");
    EXPECT_EQ(watch->refresh(), Change::refused);
    EXPECT_TRUE(watch->degraded());
    EXPECT_EQ(watch->current().client_secret.reveal(), "second-secret-longer");
    ASSERT_EQ(watch->faults().size(), 1U);
    EXPECT_NE(watch->faults().front().find(".env: line 2: "), std::string::npos) << watch->faults().front();
    EXPECT_EQ(watch->refresh(), Change::none);
    EXPECT_TRUE(watch->degraded());

    std::filesystem::remove(file);
    EXPECT_EQ(watch->refresh(), Change::refused);
    folder.write(".env", "TCLOUD_CLIENT_SECRET=fourth-secret\n");
    EXPECT_EQ(watch->refresh(), Change::adopted);
    EXPECT_FALSE(watch->degraded());
}

TEST(SettingsWatch, SeesRenamesAndSwappedLinks) {
    const TemporaryFolder folder;
    folder.write("v1/.env", "TCLOUD_CLIENT_ID=one\n");
    folder.write("v2/.env", "TCLOUD_CLIENT_ID=two\n");
    folder.write("next", "TCLOUD_CLIENT_ID=six\n");
    std::filesystem::create_directory_symlink("v1", folder / "data");
    std::filesystem::create_symlink("data/.env", folder / ".env");
    auto watch =
        SettingsWatch::open(inputs({{"TOWLINE_ENV_FILE", (folder / ".env").string()}}), std::make_shared<Redactor>());
    ASSERT_TRUE(watch);
    EXPECT_EQ(watch->current().client_id, "one");

    // As a mounted secret is exchanged: a new link is renamed over the old one.
    std::filesystem::create_directory_symlink("v2", folder / "data_new");
    std::filesystem::rename(folder / "data_new", folder / "data");
    EXPECT_EQ(watch->refresh(), SettingsWatch::Change::adopted);
    EXPECT_EQ(watch->current().client_id, "two");

    std::filesystem::rename(folder / "next", folder / "v2/.env");
    EXPECT_EQ(watch->refresh(), SettingsWatch::Change::adopted);
    EXPECT_EQ(watch->current().client_id, "six");
}

TEST(Settings, EveryVariableOfAConnectionMayComeFromAFile) {
    const TemporaryFolder folder;
    const std::string file = folder.write("password", "s3cret value\n");
    const std::string prefix = "SQLMESH__GATEWAYS__PG__CONNECTION__";
    const Variables variables{{prefix + "TYPE", "postgres"},
                              {prefix + "HOST", "h"},
                              {prefix + "USER", "u"},
                              {prefix + "DATABASE", "d"},
                              {prefix + "PASSWORD_FILE", file}};
    const auto settings = resolve_settings(inputs(variables));
    ASSERT_TRUE(settings) << settings.error().front();
    const auto& secrets = settings->gateways.secrets;
    EXPECT_NE(std::find(secrets.begin(), secrets.end(), "s3cret value"), secrets.end());
    EXPECT_EQ(settings->watched, std::vector<std::string>{file});

    Variables both = variables;
    both[prefix + "PASSWORD"] = "x";
    EXPECT_NE(resolve_settings(inputs(both)).error().front().find("are both set"), std::string::npos);
    Variables missing = variables;
    missing[prefix + "PASSWORD_FILE"] = file + ".none";
    EXPECT_FALSE(resolve_settings(inputs(missing)));
}

TEST(Settings, ProxyPasswordsAreSecrets) {
    const auto settings = resolve_settings(inputs({{"HTTPS_PROXY", "http://anna:p%40ss:w0rd@proxy:3128"}}));
    ASSERT_TRUE(settings);
    for (const char* secret : {"p%40ss:w0rd", "p@ss:w0rd", "anna:p%40ss:w0rd"}) {
        const auto& secrets = settings->gateways.secrets;
        EXPECT_NE(std::find(secrets.begin(), secrets.end(), secret), secrets.end()) << secret;
    }
}

TEST(Settings, TheProxyIsTheOneForTheAddressAndTheFileWins) {
    struct Case {
        const char* url;
        Variables process;
        std::string file;
        std::string proxy;
    };
    const char* https = "https://h/sqlmesh/a/b";
    const Case cases[] = {
        {https, {}, "", ""},
        {https, {{"HTTPS_PROXY", "one:1"}}, "", "one:1"},
        {https, {{"HTTPS_PROXY", "one:1"}, {"https_proxy", "two:2"}}, "", "two:2"},
        {https, {{"https_proxy", "two:2"}}, "HTTPS_PROXY=three:3\n", "three:3"},
        {https, {{"HTTPS_PROXY", "one:1"}}, "HTTPS_PROXY=\n", ""},
        {https, {{"http_proxy", "one:1"}}, "ALL_PROXY=socks5h://four:4\n", "socks5h://four:4"},
        {"http://h/sqlmesh/a/b", {{"HTTPS_PROXY", "one:1"}}, "", ""},
        {"http://h/sqlmesh/a/b",
         {{"HTTPS_PROXY", "one:1"}, {"http_proxy", "http://[::1]:8080/"}},
         "",
         "http://[::1]:8080/"},
    };
    for (const Case& one : cases) {
        const TemporaryFolder folder;
        Variables variables = one.process;
        variables["TOWLINE_URL"] = one.url;
        if (!one.file.empty()) variables["TOWLINE_ENV_FILE"] = folder.write(".env", one.file);
        const auto settings = resolve_settings(inputs(variables));
        ASSERT_TRUE(settings) << one.proxy << settings.error().front();
        EXPECT_EQ(settings->network.proxy.reveal(), one.proxy);
    }
    for (const char* bad : {"ftp://h:1", "http://hunter2@", "h:99999", "h:x", "http://hunter2@h o", "[::1:80"}) {
        const auto settings = resolve_settings(inputs({{"HTTPS_PROXY", bad}}));
        ASSERT_FALSE(settings) << bad;
        EXPECT_EQ(settings.error().front(),
                  "https_proxy (or HTTPS_PROXY): expected [http://][USER:PASSWORD@]HOST:PORT");
    }
    const auto shown = resolve_settings(inputs({{"HTTPS_PROXY", "http://anna:hunter2@proxy:3128"}}));
    ASSERT_TRUE(shown);
    EXPECT_EQ(shown_of(*shown, "https_proxy"), "http://***@proxy:3128");
}

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(SettingsWatch, ACertificateAndItsKeyAreExchangedTogether) {
    const test::TemporaryFolder made;
    for (const char* name : {"one", "two"}) ASSERT_TRUE(test_support::make_certificate(made, name));
    const TemporaryFolder folder;
    const std::string certificate = folder.write("tls.crt", text_of(made.file("one.pem")));
    const std::string key = folder.write("tls.key", text_of(made.file("one.key")));
    const std::string authorities = folder.write("ca.crt", text_of(made.file("one.pem")));
    auto watch = SettingsWatch::open(inputs({{"TOWLINE_CLIENT_CERTIFICATE", certificate},
                                             {"TOWLINE_CLIENT_KEY", key},
                                             {"TOWLINE_CA_FILE", authorities}}),
                                     std::make_shared<Redactor>());
    ASSERT_TRUE(watch) << watch.error().front();
    using Change = SettingsWatch::Change;
    const auto refused = [&](std::string_view why) {
        EXPECT_EQ(watch->refresh(), Change::refused);
        ASSERT_EQ(watch->faults().size(), 1U);
        EXPECT_NE(watch->faults().front().find(why), std::string::npos) << watch->faults().front();
        EXPECT_EQ(watch->current().network.client_certificate, text_of(made.file("one.pem")));
        EXPECT_EQ(watch->current().network.client_key.reveal(), text_of(made.file("one.key")));
    };
    folder.write("tls.crt", text_of(made.file("two.pem")));
    refused("TOWLINE_CLIENT_CERTIFICATE: the key does not belong to the certificate");
    const std::string whole = text_of(made.file("two.key"));
    folder.write("tls.key", whole.substr(0, whole.size() / 2));
    refused("the key is cut off");
    folder.write("tls.key", "");
    refused("is empty");
    folder.write("tls.key", whole);
    EXPECT_EQ(watch->refresh(), Change::adopted);
    EXPECT_EQ(watch->current().network.client_key.reveal(), whole);
    EXPECT_FALSE(watch->degraded());

    const std::string other = text_of(made.file("two.pem"));
    for (const std::string& bad : {other.substr(0, other.size() - 40), std::string("no certificate"),
                                   other + "-----BEGIN CERTIFICATE-----\nMIIB"}) {
        folder.write("ca.crt", bad);
        EXPECT_EQ(watch->refresh(), Change::refused) << bad;
        EXPECT_EQ(watch->current().network.authorities, text_of(made.file("one.pem")));
        folder.write("ca.crt", text_of(made.file("one.pem")));
        EXPECT_EQ(watch->refresh(), Change::adopted);
    }
    folder.write("ca.crt", other);
    EXPECT_EQ(watch->refresh(), Change::adopted);
    EXPECT_EQ(watch->current().network.authorities, other);
}

TEST(SettingsWatch, FollowsMountedFilesAndThePolicy) {
    const TemporaryFolder folder;
    const std::string secret = folder.write("secret", "first-secret");
    const std::string policy = folder.write("policy.yaml", "default: allow\n");
    SettingInputs given = inputs({{"TOWLINE_CLIENT_SECRET_FILE", secret}, {"TOWLINE_POLICY_FILE", policy}});
    given.process.erase("TCLOUD_CLIENT_SECRET");
    auto watch = SettingsWatch::open(given, std::make_shared<Redactor>());
    ASSERT_TRUE(watch);
    EXPECT_TRUE(watch->current().policy.rules().empty());
    folder.write("policy.yaml", "rules: [{name: a, effect: refuse}]\n");
    EXPECT_EQ(watch->refresh(), SettingsWatch::Change::adopted);
    EXPECT_EQ(watch->current().policy.rules().size(), 1U);
    folder.write("policy.yaml", "rules: [{name: a, effect: maybe}]\n");
    EXPECT_EQ(watch->refresh(), SettingsWatch::Change::refused);
    EXPECT_EQ(watch->current().policy.rules().size(), 1U);
    folder.write("policy.yaml", "default: allow\n");
    EXPECT_EQ(watch->refresh(), SettingsWatch::Change::adopted);
    folder.write("secret", "second-secret");
    EXPECT_EQ(watch->refresh(), SettingsWatch::Change::adopted);
    EXPECT_EQ(watch->current().client_secret.reveal(), "second-secret");
}

TEST(SettingsWatch, KeepsWhatNeedsARestart) {
    const TemporaryFolder folder;
    const std::string file = folder.write(".env", "TOWLINE_SLOTS=2\n");
    auto watch = SettingsWatch::open(inputs({{"TOWLINE_ENV_FILE", file}}), std::make_shared<Redactor>());
    ASSERT_TRUE(watch);
    folder.write(".env", "TOWLINE_SLOTS=12\nTOWLINE_DRAIN_SECONDS=1\n");
    EXPECT_EQ(watch->refresh(), SettingsWatch::Change::adopted);
    EXPECT_EQ(watch->current().slots, 2);
    EXPECT_EQ(watch->current().drain, std::chrono::seconds(1));
}

TEST(Redactor, MasksEveryForm) {
    Redactor redactor;
    const std::string secret = "p@ss w/rd+1";
    ASSERT_TRUE(redactor.add(secret));
    EXPECT_TRUE(redactor.add(secret));
    EXPECT_FALSE(redactor.add("abc"));
    EXPECT_EQ(redactor.mask("a " + secret + " b"), "a *** b");
    EXPECT_EQ(redactor.mask(crypto::percent_encode(secret)), "***");
    EXPECT_EQ(redactor.mask("p%40ss+w%2Frd%2B1"), "***");
    EXPECT_EQ(redactor.mask("nothing here"), "nothing here");
    // Inside "user:password" of basic authentication, at each alignment.
    for (const char* user : {"", "a:", "ab:", "abc:", "a-long-user:"}) {
        for (const char* tail : {"", "x", "xy"}) {
            const std::string text = user + secret + tail;
            const std::string masked =
                redactor.mask(crypto::base64_encode(text) + " " + crypto::base64url_encode(text));
            EXPECT_NE(masked.find("***"), std::string::npos);
            EXPECT_LE(masked.size(), 2 * (text.size() - secret.size()) * 2 + 20) << masked;
        }
    }
}

TEST(Redactor, ALongerSecretIsMaskedWhole) {
    Redactor redactor;
    redactor.add("word");
    redactor.add("password");
    EXPECT_EQ(redactor.mask("password word"), "*** ***");
}

class FakeEngine final : public engines::Engine {
 public:
    const engines::EngineProfile& profile() const override { return profile_; }
    Result<std::unique_ptr<engines::Session>> open(const std::string&) override {
        return fail(ErrorCode::unsupported, "fake");
    }
    Result<std::string> default_catalog() override { return std::string("main"); }
    Result<bool> kill_session(const std::string&) override { return false; }
    int concurrent_tasks() const override { return 1; }

 private:
    engines::EngineProfile profile_;
};

TEST(EngineSet, BuildsLazilyAndAnewAfterAChange) {
    int built = 0;
    EngineSet engines([&](const GatewaySettings&) {
        ++built;
        return std::make_unique<FakeEngine>();
    });
    Variables environment{{"SQLMESH__GATEWAYS__A__CONNECTION__TYPE", "duckdb"},
                          {"SQLMESH__GATEWAYS__B__CONNECTION__TYPE", "duckdb"}};
    engines.configure(gateways_from(environment));
    EXPECT_EQ(built, 0);
    const auto first = engines.engine("");
    ASSERT_TRUE(first);
    EXPECT_EQ(engines.engine("A")->get(), first->get());
    EXPECT_EQ(built, 1);
    engines.configure(gateways_from(environment));
    EXPECT_EQ(engines.engine("a")->get(), first->get());

    environment["SQLMESH__GATEWAYS__A__CONNECTION__DATABASE"] = "/x.db";
    engines.configure(gateways_from(environment));
    EXPECT_NE(engines.engine("a")->get(), first->get());
    EXPECT_EQ(built, 2);
    const auto unknown = engines.engine("c");
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, ErrorCode::not_found);
    const auto described = engines.describe();
    ASSERT_EQ(described.size(), 2U);
    EXPECT_EQ(described[1].type, "duckdb");
    EXPECT_EQ(described[1].default_catalog, "main");
}

}  // namespace
}  // namespace towline::credentials

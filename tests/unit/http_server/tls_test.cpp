#include <gtest/gtest.h>

#include <filesystem>

#include "http_server/server.h"
#include "support/http/certificate.h"
#include "support/http/parking.h"
#include "support/http/raw_client.h"

namespace towline::http {
namespace {
using namespace std::chrono_literals;
using test_support::make_certificate;
using test_support::Parking;
using test_support::RawClient;

class TlsServer : public testing::Test {
 protected:
    void SetUp() override {
        ASSERT_TRUE(make_certificate(folder_, "server"));
        options_.tls = TlsFiles{folder_.file("server.pem"), folder_.file("server.key")};
        options_.limits.header_time_max = 200ms;
    }
    void start() {
        server_ = std::make_unique<Server>(options_, test_support::test_handler(parking_));
        const Status status = server_->start();
        ASSERT_TRUE(status) << status.error().message;
    }
    test::TemporaryFolder folder_;
    Parking parking_;
    ServerOptions options_;
    std::unique_ptr<Server> server_;
};

TEST_F(TlsServer, AnswersParksAndStreams) {
    start();
    auto client = RawClient::tls(server_->port());
    ASSERT_TRUE(client.connected());
    ASSERT_TRUE(client.get("/peer"));
    EXPECT_NE(client.receive()->body.find(" tls"), std::string::npos);
    ASSERT_TRUE(client.get("/park"));
    ASSERT_TRUE(parking_.wait_for(1));
    parking_.at(0)->send({.body = "woken"});
    EXPECT_EQ(client.receive()->body, "woken");
    ASSERT_TRUE(client.get("/sse"));
    ASSERT_TRUE(parking_.wait_for(2));
    parking_.at(1)->chunk("a");
    parking_.at(1)->end();
    EXPECT_EQ(client.receive()->body, "a");
    ASSERT_TRUE(client.get("/big"));
    EXPECT_EQ(client.receive()->body.size(), 5U << 20);
    const std::string body(3 << 20, 'u');
    ASSERT_TRUE(client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: " + std::to_string(body.size()) +
                            "\r\n\r\n" + body));
    EXPECT_EQ(client.receive()->body.size(), body.size() + 6);
    ASSERT_TRUE(client.get("/park"));
    ASSERT_TRUE(parking_.wait_for(3));
    client.close();
    EXPECT_TRUE(parking_.wait_closed(3));
}

TEST_F(TlsServer, SpeaksTls12And13Only) {
    start();
    EXPECT_FALSE(RawClient::tls(server_->port(), TLS1_VERSION).connected());
    EXPECT_FALSE(RawClient::tls(server_->port(), TLS1_1_VERSION).connected());
    EXPECT_TRUE(RawClient::tls(server_->port(), TLS1_2_VERSION).connected());
    EXPECT_TRUE(RawClient::tls(server_->port(), TLS1_3_VERSION).connected());
}

TEST_F(TlsServer, PlainTextAndSilenceEndTheHandshake) {
    start();
    RawClient plain(server_->port());
    ASSERT_TRUE(plain.get("/ping"));
    EXPECT_EQ(plain.rest().find("HTTP/"), std::string::npos);
    RawClient silent(server_->port());
    EXPECT_TRUE(silent.at_end());
}

TEST_F(TlsServer, ARefusalArrivesThoughTheBodyIsStillOnItsWay) {
    options_.limits.body_bytes_max = 1000;
    start();
    auto client = RawClient::tls(server_->port());
    ASSERT_TRUE(client.connected());
    ASSERT_TRUE(client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 1000000\r\n\r\n"));
    client.send(std::string(1'000'000, 'x'));
    const auto response = client.receive();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 413);
}

TEST_F(TlsServer, ReloadsTheCertificateAndKeepsTheOldOneIfTheNewIsBad) {
    start();
    auto before = RawClient::tls(server_->port());
    ASSERT_TRUE(before.connected());
    ASSERT_TRUE(make_certificate(folder_, "next"));
    std::filesystem::copy_file(folder_.file("next.pem"), folder_.file("server.pem"),
                               std::filesystem::copy_options::overwrite_existing);
    const Status mixed = server_->reload_tls();  // New certificate, old key.
    ASSERT_FALSE(mixed);
    EXPECT_EQ(mixed.error().code, ErrorCode::invalid);
    EXPECT_EQ(RawClient::tls(server_->port()).peer_name(), "server");
    std::filesystem::copy_file(folder_.file("next.key"), folder_.file("server.key"),
                               std::filesystem::copy_options::overwrite_existing);
    ASSERT_TRUE(server_->reload_tls());
    EXPECT_EQ(RawClient::tls(server_->port()).peer_name(), "next");
    ASSERT_TRUE(before.get("/ping"));
    EXPECT_EQ(before.receive()->status, 200);
}

TEST_F(TlsServer, UnusableFilesStopTheStart) {
    options_.tls->key = folder_.file("missing.key");
    Server server(options_, test_support::test_handler(parking_));
    const Status status = server.start();
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::invalid);
    EXPECT_NE(status.error().message.find("missing.key"), std::string::npos);
}

TEST_F(TlsServer, TwoHundredParkedConnections) {
    options_.threads = 2;
    options_.limits.header_time_max = 10s;
    start();
    std::vector<RawClient> clients;
    for (int i = 0; i < 200; ++i) {
        clients.push_back(RawClient::tls(server_->port()));
        ASSERT_TRUE(clients.back().get("/park"));
    }
    ASSERT_TRUE(parking_.wait_for(200));
    for (const auto& exchange : parking_.take_all()) exchange->send({.body = "now"});
    for (auto& client : clients) EXPECT_EQ(client.receive()->body, "now");
}

}  // namespace
}  // namespace towline::http

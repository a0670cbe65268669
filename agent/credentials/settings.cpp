#include "credentials/settings.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "base/strings.h"
#include "crypto/crypto.h"
#include "crypto/pem.h"
#include "protocol/limits.h"

namespace towline::credentials {
namespace {

constexpr std::size_t kSecretFileBytesMax = 64 << 10;
constexpr std::size_t kPemFileBytesMax = 1 << 20;

struct Found {
    std::string value;
    std::string source;
};

/// "http://***@host" for "http://user:password@host"; other values as they are.
std::string without_user(const std::string& value) {
    const std::size_t at = value.rfind('@');
    if (at == std::string::npos) return value;
    const std::size_t scheme = value.find("://");
    return value.substr(0, scheme == std::string::npos ? 0 : scheme + 3) + "***" + value.substr(at);
}

/// Looks settings up in order of precedence and notes where each came from.
class Resolver {
 public:
    Resolver(const SettingInputs& inputs, const Environment& environment, ExecutorSettings& out, SettingFaults& faults)
        : inputs_(inputs), environment_(environment), out_(out), faults_(faults) {}

    std::string take(SettingId id, const std::string& fallback = {}) {
        const SettingRow& row = row_of(id);
        const std::optional<Found> found = find(row);
        Found used = found.value_or(Found{fallback.empty() ? std::string(row.fallback) : fallback, "default"});
        const bool masked = row.secret && !used.value.empty();
        out_.effective.push_back({std::string(row.name), masked ? "***" : without_user(used.value), used.source});
        return std::move(used.value);
    }
    void fault(SettingId id, std::string_view what) {
        const SettingRow& row = row_of(id);
        const std::string alias = row.alias.empty() ? std::string() : fmt::format(" (or {})", row.alias);
        faults_.push_back(fmt::format("{}{}: {}", row.name, alias, what));
    }
    std::string variable(const std::string& name) const {
        const auto found = environment_.values.find(name);
        return found == environment_.values.end() ? std::string() : found->second;
    }

 private:
    std::optional<Found> find(const SettingRow& row) {
        if (const auto flag = inputs_.flags.find(row.id); flag != inputs_.flags.end())
            return Found{flag->second, fmt::format("flag {}", row.flag)};
        std::array<std::string_view, 2> names{row.name, row.alias};
        // Two spellings of one name: what the file says must not lose to the other spelling in the environment.
        const auto in_file = [&](std::string_view name) { return environment_.from_file.contains(std::string(name)); };
        if (iequals(names[0], names[1]) && in_file(names[1]) && !in_file(names[0])) std::swap(names[0], names[1]);
        for (const std::string_view name : names) {
            if (name.empty()) continue;
            if (auto found = find_variable(std::string(name), row.secret)) return found;
        }
        return std::nullopt;
    }
    std::optional<Found> find_variable(const std::string& name, bool secret) {
        const std::string value = variable(name);
        const std::string file = secret ? variable(name + "_FILE") : std::string();
        if (!value.empty() && !file.empty())
            faults_.push_back(fmt::format("{} and {}_FILE are both set; set one", name, name));
        if (!value.empty()) return Found{value, source_of(name)};
        if (file.empty()) return std::nullopt;
        auto content = read_small_file(file, kSecretFileBytesMax);
        out_.watched.push_back(file);
        if (!content) {
            faults_.push_back(fmt::format("{}_FILE: {}", name, content.error().message));
            return Found{"", "file " + file};
        }
        return Found{std::string(trim(*content)), "file " + file};
    }
    std::string source_of(const std::string& name) const {
        return environment_.from_file.contains(name) ? fmt::format("{} in {}", name, out_.env_file) : name;
    }

    const SettingInputs& inputs_;
    const Environment& environment_;
    ExecutorSettings& out_;
    SettingFaults& faults_;
};

/// The project's address, taken apart. "scheme://host/sqlmesh/ORG/PROJECT"
void read_url(Resolver& resolver, ExecutorSettings& out, bool given) {
    const auto bad = [&](std::string_view what) {
        resolver.fault(SettingId::url, fmt::format("{}; expected https://HOST/sqlmesh/ORG/PROJECT", what));
    };
    if (!given) return bad("is not set");
    while (out.url.ends_with('/')) out.url.pop_back();
    const std::size_t scheme = out.url.find("://");
    const std::string_view word = std::string_view(out.url).substr(0, scheme == std::string::npos ? 0 : scheme);
    if (word != "https" && word != "http") return bad("the address does not start with https:// or http://");
    if (out.url.find_first_of("?#@ \t\r\n") != std::string::npos)
        return bad("the address has a user, query or fragment");
    const std::size_t path = out.url.find('/', scheme + 3);
    const std::vector<std::string> parts = split(path == std::string::npos ? "" : out.url.substr(path + 1), "/");
    if (path == scheme + 3 || parts.size() < 2 || parts.back().empty() || parts[parts.size() - 2].empty())
        return bad("the address names no organisation and project");
    out.token_url = out.url.substr(0, path) + "/oauth/token";
}

std::optional<std::int64_t> number(Resolver& resolver, SettingId id, const std::string& text, std::int64_t most) {
    const auto value = parse_int(trim(text));
    if (value && *value >= (id == SettingId::slots ? 1 : 0) && *value <= most) return value;
    resolver.fault(id, fmt::format("expected a whole number up to {}", most));
    return std::nullopt;
}

std::string default_spool_dir(const Resolver& resolver, std::string_view kind) {
    std::string state = resolver.variable("XDG_STATE_HOME");
    if (state.empty()) {
        const std::string home = resolver.variable("HOME");
        state = home.empty() ? "/var/lib" : home + "/.local/state";
    }
    return fmt::format("{}/towline/{}", state, kind);
}

void read_words(Resolver& resolver, ExecutorSettings& out) {
    const auto level = log::level_from(resolver.take(SettingId::log_level));
    if (!level) resolver.fault(SettingId::log_level, "expected debug, info, warn, error or off");
    out.log_level = level.value_or(log::Level::info);
    const std::string format = resolver.take(SettingId::log_format);
    if (format != "text" && format != "json") resolver.fault(SettingId::log_format, "expected text or json");
    out.log_json = format == "json";
    const std::string upload = resolver.take(SettingId::log_upload);
    bool known = false;
    for (const LogUpload mode : {LogUpload::off, LogUpload::metadata, LogUpload::scrubbed, LogUpload::full}) {
        if (upload != to_string(mode)) continue;
        out.log_upload = mode;
        known = true;
    }
    if (!known) resolver.fault(SettingId::log_upload, "expected off, metadata, scrubbed or full");
}

/// The content of the file that a setting names, "" if it cannot be read, which is a fault; nothing if it names none.
std::optional<std::string> content_of(Resolver& resolver, SettingId id, ExecutorSettings& out) {
    const std::string file = resolver.take(id);
    if (file.empty()) return std::nullopt;
    out.watched.push_back(file);
    auto content = read_small_file(file, kPemFileBytesMax);
    if (!content) {
        resolver.fault(id, content.error().message);
        return "";
    }
    if (content->empty()) resolver.fault(id, file + " is empty");
    return *std::move(content);
}

void read_tls(Resolver& resolver, ExecutorSettings& out) {
    out.network.authorities = content_of(resolver, SettingId::ca_file, out).value_or("");
    if (!out.network.authorities.empty()) {
        const Status sound = crypto::check_certificates(out.network.authorities);
        if (!sound) resolver.fault(SettingId::ca_file, sound.error().message);
    }
    const auto certificate = content_of(resolver, SettingId::client_certificate, out);
    auto key = content_of(resolver, SettingId::client_key, out);
    if (certificate.has_value() != key.has_value())
        resolver.fault(SettingId::client_certificate, "certificate and key go together; one of them is not set");
    if (!certificate || !key || certificate->empty() || key->empty()) return;
    const Status sound = crypto::check_key_pair({*certificate, *key});
    if (!sound) resolver.fault(SettingId::client_certificate, sound.error().message);
    out.network.client_certificate = *certificate;
    out.network.client_key = Secret(*key);
    crypto::wipe(*key);
}

/// [SCHEME://][USER:PASSWORD@]HOST[:PORT], as curl takes it.
bool is_proxy_address(std::string_view text) {
    if (const std::size_t scheme = text.find("://"); scheme != std::string_view::npos) {
        constexpr std::array<std::string_view, 6> kSchemes{"http", "https", "socks4", "socks4a", "socks5", "socks5h"};
        const std::string_view word = text.substr(0, scheme);
        const auto is_word = [&](auto known) { return iequals(known, word); };
        if (std::none_of(kSchemes.begin(), kSchemes.end(), is_word)) return false;
        text.remove_prefix(scheme + 3);
    }
    const std::size_t at = text.rfind('@');
    if (at != std::string_view::npos) text.remove_prefix(at + 1);
    if (text.ends_with('/')) text.remove_suffix(1);
    if (text.empty() || text.front() == ':') return false;
    if (text.find_first_of(" \t\r\n/?#\\\"'") != std::string_view::npos) return false;
    const std::size_t host_end = text.front() == '[' ? text.find(']') : text.find(':');
    if (text.front() == '[' && host_end == std::string_view::npos) return false;
    if (host_end == std::string_view::npos) return true;
    std::string_view port = text.substr(text.front() == '[' ? host_end + 1 : host_end);
    if (port.empty()) return true;
    const auto number = parse_int(port.substr(1));
    return port.front() == ':' && number && *number >= 1 && *number <= 65'535;
}

/// The proxy for the scheduler's address, by curl's rules; with one addition, that a `.env` file may set them.
void read_proxy(Resolver& resolver, ExecutorSettings& out) {
    const std::string for_https = resolver.take(SettingId::https_proxy);
    const std::string for_http = resolver.take(SettingId::http_proxy);
    const std::string for_all = resolver.take(SettingId::all_proxy);
    out.network.no_proxy = resolver.take(SettingId::no_proxy);
    const bool secure = out.url.starts_with("https://");
    const std::string& own = secure ? for_https : for_http;
    const std::string& used = own.empty() ? for_all : own;
    const SettingId of_scheme = secure ? SettingId::https_proxy : SettingId::http_proxy;
    const SettingId id = own.empty() ? SettingId::all_proxy : of_scheme;
    if (!used.empty() && !is_proxy_address(used)) resolver.fault(id, "expected [http://][USER:PASSWORD@]HOST:PORT");
    out.network.proxy = Secret(used);
}

void read_policy(Resolver& resolver, ExecutorSettings& out) {
    const std::string file = resolver.take(SettingId::policy_file);
    if (file.empty()) return;
    out.watched.push_back(file);
    const auto text = read_small_file(file, policy::kPolicyBytesMax);
    if (!text) return resolver.fault(SettingId::policy_file, text.error().message);
    auto policy = policy::Policy::parse(*text, file);
    if (!policy) return resolver.fault(SettingId::policy_file, policy.error().message);
    out.policy = std::move(*policy);
}

void read_gateways(const Environment& environment, ExecutorSettings& out, SettingFaults& faults) {
    for (const std::string& file : environment.files) out.watched.push_back(file);
    for (const std::string& fault : environment.faults) faults.push_back(fault);
    out.gateways = gateways_from(environment.values);
    for (const std::string& fault : out.gateways.faults) faults.push_back(fault);
    if (out.gateways.items.empty() && out.gateways.faults.empty())
        faults.push_back("no engine is configured: set SQLMESH__GATEWAYS__<NAME>__CONNECTION__TYPE and its settings");
    if (!out.client_secret.empty()) out.gateways.secrets.emplace_back(out.client_secret.reveal());
}

/// The password inside http://USER:PASSWORD@HOST is a secret like any other.
void note_proxy_passwords(const Environment& environment, ExecutorSettings& out) {
    for (const char* name : {"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"}) {
        const auto found = environment.values.find(name);
        if (found == environment.values.end()) continue;
        const std::string_view url = found->second;
        const std::size_t scheme = url.find("://");
        const std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
        const std::size_t at = url.rfind('@');
        const std::size_t colon = url.find(':', begin);
        if (at == std::string_view::npos || colon == std::string_view::npos || colon > at) continue;
        const std::string_view password = url.substr(colon + 1, at - colon - 1);
        out.gateways.secrets.emplace_back(password);
        if (const auto plain = crypto::percent_decode(password)) out.gateways.secrets.push_back(*plain);
        out.gateways.secrets.emplace_back(url.substr(begin, at - begin));
    }
}

/// "a=b, c" as a sorted list. A label is a tag's text: without commas, blanks and control characters.
void read_labels(Resolver& resolver, ExecutorSettings& out) {
    std::set<std::string> labels;
    for (const std::string& part : split(resolver.take(SettingId::labels), ",")) {
        const std::string_view label = trim(part);
        if (label.empty()) continue;
        const bool plain =
            std::none_of(label.begin(), label.end(), [](unsigned char c) { return c <= ' ' || c == 0x7F; });
        if (!plain || !is_utf8(label) || label.size() > protocol::kLabelBytesMax)
            return resolver.fault(
                SettingId::labels,
                fmt::format("a label has 1 to {} characters and no blanks, like size=large", protocol::kLabelBytesMax));
        labels.emplace(label);
    }
    if (labels.size() > static_cast<std::size_t>(protocol::kLabelsMax))
        return resolver.fault(SettingId::labels, fmt::format("more than {} labels", protocol::kLabelsMax));
    out.labels.assign(labels.begin(), labels.end());
}

int default_slots(const Gateways& gateways) {
    for (const GatewaySettings& gateway : gateways.items) {
        if (gateway.name == gateways.default_name) return std::min(gateway.concurrent_tasks(), protocol::kSlotsMax);
    }
    return 1;
}

/// The file's name comes from a flag or the process environment: a `.env` file cannot name itself.
std::string env_file_of(const SettingInputs& inputs) {
    if (const auto flag = inputs.flags.find(SettingId::env_file); flag != inputs.flags.end()) return flag->second;
    for (const char* name : {"TOWLINE_ENV_FILE", "TCLOUD_ENV_FILE"}) {
        const auto found = inputs.process.find(name);
        if (found != inputs.process.end() && !found->second.empty()) return found->second;
    }
    return {};
}

}  // namespace

std::string_view to_string(LogUpload mode) {
    switch (mode) {
        case LogUpload::off:
            return "off";
        case LogUpload::metadata:
            return "metadata";
        case LogUpload::scrubbed:
            return "scrubbed";
        case LogUpload::full:
            return "full";
    }
    return "off";
}

std::string host_name() {
    char name[256] = {};
    if (::gethostname(name, sizeof name - 1) != 0 || name[0] == '\0') return "localhost";
    return name;
}

tl::expected<ExecutorSettings, SettingFaults> resolve_settings(const SettingInputs& inputs) {
    ExecutorSettings out;
    SettingFaults faults;
    out.kind = inputs.kind;
    out.env_file = env_file_of(inputs);
    const auto environment = load_environment(inputs.process, out.env_file);
    if (!environment) return tl::unexpected(SettingFaults{environment.error().message});

    Resolver resolver(inputs, *environment, out, faults);
    out.url = resolver.take(SettingId::url);
    read_url(resolver, out, !out.url.empty());
    out.client_id = resolver.take(SettingId::client_id);
    if (out.client_id.empty()) resolver.fault(SettingId::client_id, "is not set");
    out.client_secret = Secret(resolver.take(SettingId::client_secret));
    if (out.client_secret.empty()) resolver.fault(SettingId::client_secret, "is not set");
    resolver.take(SettingId::env_file);
    read_tls(resolver, out);
    read_proxy(resolver, out);
    const std::string kind(protocol::to_string(inputs.kind));
    out.name = resolver.take(SettingId::name, inputs.host_name + "-" + kind);
    if (out.name.size() > 200 || !is_utf8(out.name))
        resolver.fault(SettingId::name, "is longer than 200 bytes or not UTF-8");
    read_gateways(*environment, out, faults);
    note_proxy_passwords(*environment, out);
    const std::string slots = resolver.take(SettingId::slots, std::to_string(default_slots(out.gateways)));
    out.slots = static_cast<int>(number(resolver, SettingId::slots, slots, protocol::kSlotsMax).value_or(1));
    read_labels(resolver, out);
    out.spool_dir = resolver.take(SettingId::spool_dir, default_spool_dir(resolver, kind));
    read_words(resolver, out);
    read_policy(resolver, out);
    const std::string journal = resolver.take(SettingId::egress_journal_mb);
    out.egress_journal_bytes =
        static_cast<std::size_t>(number(resolver, SettingId::egress_journal_mb, journal, 1'000'000).value_or(0)) << 20U;
    out.health_listen = resolver.take(SettingId::health_listen);
    const std::string drain = resolver.take(SettingId::drain_seconds);
    out.drain = std::chrono::seconds(number(resolver, SettingId::drain_seconds, drain, 86'400).value_or(25));
    if (!faults.empty()) return tl::unexpected(std::move(faults));
    return out;
}

std::filesystem::path resolve_spool_dir(const SettingInputs& inputs) {
    ExecutorSettings unused;
    SettingFaults faults;
    Environment environment{inputs.process, {}, {}, {}};
    // A file that is faulty now was good when the executor started; what it said then is not known here.
    if (auto loaded = load_environment(inputs.process, env_file_of(inputs))) environment = *std::move(loaded);
    Resolver resolver(inputs, environment, unused, faults);
    return resolver.take(SettingId::spool_dir, default_spool_dir(resolver, protocol::to_string(inputs.kind)));
}

}  // namespace towline::credentials

// Reads the sources and holds them to the rules that a compiler does not check. Exceptions stand here, visible.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct SourceFile {
    std::string path;  ///< relative to the root
    std::vector<std::string> lines;
};

const std::array kRoots{"common", "scheduler", "agent", "cli", "tests", "bench"};
constexpr std::size_t kLineCharactersMax = 120;
constexpr std::size_t kFileLinesMax = 600;
constexpr std::size_t kFunctionLinesMax = 80;

std::size_t characters(const std::string& line) {  // UTF-8 continuation bytes do not count
    return static_cast<std::size_t>(std::count_if(
        line.begin(), line.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::vector<SourceFile> sources() {
    std::vector<SourceFile> out;
    for (const char* root : kRoots) {
        const fs::path base = fs::path(TOWLINE_SOURCE_DIR) / root;
        if (!fs::exists(base)) continue;
        for (const auto& entry : fs::recursive_directory_iterator(base)) {
            const std::string extension = entry.path().extension().string();
            if (!entry.is_regular_file() || (extension != ".h" && extension != ".cpp")) continue;
            SourceFile file{fs::relative(entry.path(), TOWLINE_SOURCE_DIR).string(), {}};
            std::ifstream stream(entry.path());
            for (std::string line; std::getline(stream, line);) file.lines.push_back(line);
            out.push_back(std::move(file));
        }
    }
    return out;
}

bool is_test(const std::string& path) { return path.rfind("tests/", 0) == 0 || path.rfind("bench/", 0) == 0; }

TEST(Tidy, LinesAndFilesAreShort) {
    for (const SourceFile& file : sources()) {
        EXPECT_LE(file.lines.size(), kFileLinesMax) << file.path << " does more than one job";
        for (std::size_t i = 0; i < file.lines.size(); ++i) {
            const bool is_text = is_test(file.path) && file.lines[i].find("R\"(") != std::string::npos;
            if (is_text) continue;  // an expected text is easier to compare in one piece
            EXPECT_LE(characters(file.lines[i]), kLineCharactersMax) << file.path << ":" << i + 1;
        }
    }
}

struct Banned {
    std::string text;
    std::string instead;
    std::string allowed_under;  ///< a path prefix
    bool tests_only = false;
};

TEST(Tidy, BannedWordsAreAbsent) {
    // Each is split so that this file does not find itself.
    const std::vector<Banned> banned{
        {std::string("#include <nlohmann") + "/json.hpp>", "json/json.h", "common/json/"},
        {std::string("#include <spdlog") + "/", "log/log.h", "common/log/"},
        {std::string("#include <reg") + "ex>", "hand-written matching", "-"},
        {std::string("#include <iostr") + "eam>", "fmt or cstdio", "-"},
        {std::string("#include \"../"), "a path from the include root", "-"},
        {std::string("co_aw") + "ait", "callbacks: g++ 12 miscompiles coroutines", "-"},
        {std::string("TO") + "DO", "do it or write it into an issue", "-"},
        {std::string("FIX") + "ME", "do it or write it into an issue", "-"},
        {std::string("GTEST_") + "SKIP", "a missing tool is a failure", "-"},
        {std::string("std::this_thread::sleep") + "_for", "a wait on the event itself", "-", true},
    };
    for (const SourceFile& file : sources())
        for (std::size_t i = 0; i < file.lines.size(); ++i)
            for (const Banned& word : banned) {
                if (file.path.rfind(word.allowed_under, 0) == 0) continue;
                if (word.tests_only && !is_test(file.path)) continue;
                EXPECT_EQ(file.lines[i].find(word.text), std::string::npos)
                    << file.path << ":" << i + 1 << " uses " << word.text << "; use " << word.instead;
            }
}

// A function begins on a line that ends in '{' at depth of a namespace or class and ends with its brace: sources here
// are formatted, so a definition in column 0 ends at the next line that is exactly "}".
// `for (… : state.lock()->list)` runs without the lock: the temporary is gone before the first turn.
TEST(Tidy, LoopsNameTheLockTheyHold) {
    for (const SourceFile& file : sources()) {
        for (std::size_t i = 0; i < file.lines.size(); ++i) {
            const std::string& line = file.lines[i];
            const std::size_t loop = line.find("for (");
            const std::size_t range = loop == std::string::npos ? loop : line.find(" : ", loop);
            if (range == std::string::npos || line.find("//") < loop) continue;
            EXPECT_EQ(line.find(".lock()", range), std::string::npos) << file.path << ":" << i + 1;
        }
    }
}

TEST(Tidy, FunctionsFitAScreen) {
    for (const SourceFile& file : sources()) {
        if (is_test(file.path) || file.path.size() < 4 || file.path.substr(file.path.size() - 4) != ".cpp") continue;
        for (std::size_t i = 0; i < file.lines.size(); ++i) {
            const std::string& line = file.lines[i];
            const bool starts = !line.empty() && line[0] != ' ' && line[0] != '}' && line[0] != '/' && line[0] != '#' &&
                                line.back() == '{' && line.find('(') != std::string::npos &&
                                line.rfind("namespace", 0) != 0;
            if (!starts) continue;
            std::size_t end = i;
            while (end < file.lines.size() && file.lines[end] != "}" && file.lines[end] != "};") ++end;
            EXPECT_LE(end - i + 1, kFunctionLinesMax) << file.path << ":" << i + 1 << " is longer than a screen";
        }
    }
}

TEST(Tidy, HeadersHaveOneGuard) {
    for (const SourceFile& file : sources()) {
        if (file.path.size() < 2 || file.path.substr(file.path.size() - 2) != ".h") continue;
        const bool guarded = std::any_of(file.lines.begin(), file.lines.end(),
                                         [](const std::string& line) { return line == "#pragma once"; });
        EXPECT_TRUE(guarded) << file.path << " lacks #pragma once";
    }
}

TEST(Tidy, EveryModuleHasAReadmeOfAtMostAPage) {
    for (const char* root : {"common", "scheduler", "agent", "cli"}) {
        const fs::path base = fs::path(TOWLINE_SOURCE_DIR) / root;
        if (!fs::exists(base)) continue;
        for (const auto& entry : fs::directory_iterator(base)) {
            if (!entry.is_directory() || !fs::exists(entry.path() / "CMakeLists.txt")) continue;
            const fs::path readme = entry.path() / "README.md";
            ASSERT_TRUE(fs::exists(readme)) << entry.path();
            std::ifstream stream(readme);
            std::size_t lines = 0;
            for (std::string line; std::getline(stream, line);) ++lines;
            EXPECT_LE(lines, 70U) << readme;
        }
    }
}

// `common` must not know who uses it; scheduler and agent must not know each other.
TEST(Tidy, IncludesPointDownOnly) {
    const std::set<std::string> scheduler{"core/", "store/", "auth/", "api/", "services/"};
    const std::set<std::string> agent{"loop/", "spool/", "credentials/", "engines/", "runner/", "health/"};
    const auto includes_of = [](const std::string& line, const std::set<std::string>& folders) {
        return std::any_of(folders.begin(), folders.end(),
                           [&](const std::string& folder) { return line.rfind("#include \"" + folder, 0) == 0; });
    };
    for (const SourceFile& file : sources())
        for (const std::string& line : file.lines) {
            if (file.path.rfind("common/", 0) == 0) {
                EXPECT_FALSE(includes_of(line, scheduler)) << file.path << ": " << line;
                EXPECT_FALSE(includes_of(line, agent)) << file.path << ": " << line;
            }
            if (file.path.rfind("agent/", 0) == 0) {
                EXPECT_FALSE(includes_of(line, scheduler)) << file.path << ": " << line;
            }
            if (file.path.rfind("scheduler/", 0) == 0) {
                EXPECT_FALSE(includes_of(line, agent)) << file.path << ": " << line;
            }
        }
}

TEST(Tidy, DocumentsHaveOneTitle) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(TOWLINE_SOURCE_DIR) / "docs")) {
        if (entry.path().extension() != ".md") continue;
        std::ifstream stream(entry.path());
        int titles = 0;
        bool in_code = false;
        for (std::string line; std::getline(stream, line);) {
            if (line.rfind("```", 0) == 0) in_code = !in_code;
            if (!in_code && line.rfind("# ", 0) == 0) ++titles;
            EXPECT_FALSE(line.starts_with("<<<<<<<") || line.starts_with(">>>>>>>")) << entry.path() << ": " << line;
        }
        EXPECT_EQ(titles, 1) << entry.path();
    }
}

}  // namespace

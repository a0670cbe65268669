// The short form of a fuzz target: runs it over every seed and over a fixed number of mutations of them.
//   NAME_fuzz CORPUS MUTATIONS SEED      a crash names the mutation, so that the same arguments repeat it
#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t kInputBytesMax = 64 << 10;

std::vector<std::string> seeds_in(const std::string& folder) {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    std::vector<std::string> seeds;
    for (const auto& path : paths) {
        std::ifstream file(path, std::ios::binary);
        seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return seeds;
}

class Mutator {
 public:
    Mutator(const std::vector<std::string>& seeds, std::uint64_t seed) : seeds_(seeds), random_(seed) {}

    std::string next() {
        std::string text = seeds_[below(seeds_.size())];
        for (std::size_t i = 0, edits = 1 + below(4); i < edits; ++i) edit(text);
        if (text.size() > kInputBytesMax) text.resize(kInputBytesMax);
        return text;
    }

 private:
    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }

    void edit(std::string& text) {
        const std::size_t at = below(text.size() + 1);
        const std::size_t length = std::min(below(32), text.size() - at);
        switch (below(5)) {
            case 0:
                text.erase(at, length);
                break;
            case 1:
                text.insert(at, text.substr(at, length));
                break;
            case 2:
                text.insert(at, 1, static_cast<char>(below(256)));
                break;
            case 3:
                if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1U << below(8)));
                break;
            default: {
                // A piece of another seed: formats meet in places nobody wrote.
                const std::string& other = seeds_[below(seeds_.size())];
                text.insert(at, other.substr(below(other.size() + 1), below(64)));
            }
        }
    }

    const std::vector<std::string>& seeds_;
    std::mt19937_64 random_;
};

void run(const std::string& input) {
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> seeds = argc == 4 ? seeds_in(argv[1]) : std::vector<std::string>();
    if (seeds.empty()) {
        fmt::print(stderr, "usage: {} CORPUS MUTATIONS SEED (a corpus with at least one file)\n", argv[0]);
        return 2;
    }
    for (const std::string& seed : seeds) run(seed);
    Mutator mutator(seeds, std::strtoull(argv[3], nullptr, 10));
    const auto mutations = std::strtoul(argv[2], nullptr, 10);
    for (unsigned long i = 0; i < mutations; ++i) run(mutator.next());
    fmt::print("{} seeds, {} mutations\n", seeds.size(), mutations);
    return 0;
}

#pragma once
// What one scheduler process says to the others that share its store: look again.

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace towline::store {

struct News {
    bool work = false;               ///< tasks may have become ready
    bool leases = false;             ///< leases may have been cancelled or lost
    std::set<std::string> recalled;  ///< ids of executors whose parked syncs are to ask again

    bool empty() const { return !work && !leases && recalled.empty(); }
    void add(const News& more) {
        work = work || more.work;
        leases = leases || more.leases;
        recalled.insert(more.recalled.begin(), more.recalled.end());
    }
};
using Hear = std::function<void(const News&)>;

/// The texts in which news travel, each short enough for PostgreSQL (8,000 bytes): the sender's name, then words.
std::vector<std::string> news_texts(const std::string& sender, const News& news);
/// Nothing if `own` said it itself. Words it does not know, of a newer program, are passed over.
std::optional<News> news_from(std::string_view text, const std::string& own);

}  // namespace towline::store

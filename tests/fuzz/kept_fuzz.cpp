// Fuzzes what an executor keeps on its disk and finds again after a crash, an edit or a bad disk: the spool's records,
// the sessions and the egress journal. The first byte picks the file.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "egress/chain.h"
#include "egress/journal.h"
#include "spool/session_file.h"
#include "spool/spool.h"

namespace {

using namespace towline;
namespace fs = std::filesystem;

/// A folder of this process, empty again for every input and gone at the end.
class Folder {
 public:
    // In memory if there is such a place: what is written is synced, and thousands of inputs would wait for a disk.
    Folder()
        : path_((fs::is_directory("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path()) /
                ("towline-fuzz." + std::to_string(::getpid()))) {}
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { clear(); }
    const fs::path& with(const std::string& name, const std::string& content) {
        clear();
        fs::create_directories(path_);
        std::ofstream(path_ / name, std::ios::binary) << content;
        return path_;
    }

 private:
    void clear() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    fs::path path_;
};

/// What was read and repaired once is whole when it is read again.
void spool_file(const fs::path& folder) {
    std::size_t pending = 0;
    {
        const auto spool = spool::Spool::open(folder);
        if (!spool) return;
        pending = (*spool)->pending().size();
    }
    const auto again = spool::Spool::open(folder);
    if (!again || (*again)->pending().size() != pending) std::abort();
}

void sessions(const fs::path& folder) {
    std::size_t left = 0;
    {
        const auto file = spool::SessionFile::open(folder);
        if (!file) return;
        left = (*file)->left_over().size();
    }
    const auto again = spool::SessionFile::open(folder);
    if (!again || (*again)->left_over().size() != left) std::abort();
}

/// However it was found, it can be written on, and reading it tells what is wrong.
void journal(const fs::path& folder) {
    const egress::Verdict before = egress::verify(folder, "");
    if (before.sentence.empty()) std::abort();
    const auto opened = egress::Journal::open(folder, 64 << 20);
    if (!opened) return;
    (*opened)->sent((*opened)->last_call() + 1, egress::Part::body, "x");
    if ((*opened)->lost() == 0 && egress::verify(folder, "").sentence.empty()) std::abort();
}

/// Damage behind a right checksum: a record as this program would have framed these bytes.
std::string framed(const std::string& payload, const fs::path& folder) {
    auto file = spool::RecordFile::open(folder / "frame", 1 << 20);
    if (!file || !file->append(payload, spool::RecordFile::Durability::relaxed)) return payload;
    std::ifstream in(folder / "frame", std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    static Folder folder;
    const std::string text(data + 1, data + size);
    switch (data[0] % 5) {
        case 0:
            spool_file(folder.with("completions.log", text));
            break;
        case 1:
            sessions(folder.with("sessions.log", text));
            break;
        case 2:
            spool_file(folder.with("completions.log", framed(text, folder.with("none", ""))));
            break;
        case 3:
            sessions(folder.with("sessions.log", framed(text, folder.with("none", ""))));
            break;
        default:
            journal(folder.with("journal-000001.jsonl", text));
    }
    return 0;
}

#include <cstring>
#include <vector>

#include "program/program.h"

// Tobiko's manifests say `executor run` and `/app/pex executor run`: that one leading word is taken and dropped.
int main(int argc, char** argv) {
    std::vector<const char*> arguments(argv, argv + argc);
    if (arguments.size() > 2 && std::strcmp(arguments[1], "executor") == 0) arguments.erase(arguments.begin() + 1);
    const int count = static_cast<int>(arguments.size());
    return towline::program::program_main(count, arguments.data(), TOWLINE_VERSION);
}

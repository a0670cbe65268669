#pragma once
#include <string>

namespace towline::program {

/// All of towline-executor but its main function. Returns the exit code.
int program_main(int argc, const char* const* argv, const std::string& version);

}  // namespace towline::program

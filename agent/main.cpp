#include "program/program.h"

int main(int argc, char** argv) { return towline::program::program_main(argc, argv, TOWLINE_VERSION); }

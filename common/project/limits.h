#pragma once
#include <cstddef>

namespace towline::project {

/// What a load refuses to go beyond.
inline constexpr std::size_t kFileBytesMax = 64u << 20;   ///< One file; seeds may be that large.
inline constexpr std::size_t kFilesMax = 100'000;         ///< Files of one project.
inline constexpr std::size_t kFaultsMax = 500;            ///< Faults reported of one load.
inline constexpr std::size_t kYamlNodesMax = 1'000'000;   ///< Values of one YAML file.
inline constexpr std::size_t kYamlAliasedMax = 20'000;    ///< Of these, the ones that aliases repeat.
inline constexpr std::size_t kYamlAnchoredMax = 200'000;  ///< Values below anchors, each as often as it has anchors.
inline constexpr std::size_t kYamlDepthMax = 64;
inline constexpr std::size_t kBlueprintsMax = 10'000;         ///< Models made by one file.
inline constexpr std::size_t kBlueprintBytesMax = 64u << 20;  ///< Text of all of these together.
inline constexpr int kEmbeddedDepthMax = 50;                  ///< EMBEDDED models inside EMBEDDED models.
inline constexpr std::size_t kRenderedBytesMax = 32u << 20;

}  // namespace towline::project

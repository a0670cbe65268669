#pragma once
#include "project/file_system.h"
#include "project/project.h"

namespace towline::project {

/// Loads SQL projects itself; what needs Python, Jinja blocks or dbt is a fault that names it. Pure but for
/// the files it reads, which must outlive it. One load at a time per object.
class NativeProjectSource : public ProjectSource {
 public:
    explicit NativeProjectSource(const FileSystem& files) : files_(files) {}
    tl::expected<Project, LoadFailure> load(const LoadOptions& options) override;

 private:
    const FileSystem& files_;
};

}  // namespace towline::project

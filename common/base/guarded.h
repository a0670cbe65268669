#pragma once
#include <condition_variable>
#include <mutex>
#include <utility>

namespace towline {

/// Data that can only be reached while its mutex is held: `auto lock = state.lock(); lock->field = 1;`
/// Not in the head of a range-for: there the temporary lock is gone before the first turn; name it before the loop.
/// The lock object is also a unique_lock for condition variables: `condition.wait(lock.mutex_lock(), …)`.
template <class T>
class Guarded {
 public:
    template <class Owner, class Value>
    class Locked {
     public:
        explicit Locked(Owner& owner) : lock_(owner.mutex_), value_(&owner.value_) {}
        Value* operator->() { return value_; }
        Value& operator*() { return *value_; }
        std::unique_lock<std::mutex>& mutex_lock() { return lock_; }

     private:
        std::unique_lock<std::mutex> lock_;
        Value* value_;
    };

    Guarded() = default;
    explicit Guarded(T value) : value_(std::move(value)) {}
    Guarded(const Guarded&) = delete;
    Guarded& operator=(const Guarded&) = delete;

    [[nodiscard]] Locked<Guarded, T> lock() { return Locked<Guarded, T>(*this); }
    [[nodiscard]] Locked<const Guarded, const T> lock() const { return Locked<const Guarded, const T>(*this); }

 private:
    mutable std::mutex mutex_;
    T value_{};
};

}  // namespace towline

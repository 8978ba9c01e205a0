// SPDX-License-Identifier: EUPL-1.2
// Arrays as the kernels need them: at a multiple of 64 bytes, a multiple of 8 numbers long.
#pragma once
#include <cstddef>
#include <new>
#include <vector>

namespace engine {

template <class T>
struct AlignedAllocator {
    using value_type = T;
    AlignedAllocator() = default;
    template <class U>
    // NOLINTNEXTLINE(google-explicit-constructor): allocators convert
    AlignedAllocator(const AlignedAllocator<U>&) {}
    T* allocate(std::size_t n) {
        return static_cast<T*>(::operator new(n * sizeof(T), std::align_val_t{64}));
    }
    void deallocate(T* at, std::size_t) { ::operator delete(at, std::align_val_t{64}); }
    friend bool operator==(AlignedAllocator, AlignedAllocator) { return true; }
};
template <class T>
using AlignedVector = std::vector<T, AlignedAllocator<T>>;
using Aligned = AlignedVector<double>;

constexpr std::size_t padded(std::size_t n) {
    return (n + 7) / 8 * 8;
}

}  // namespace engine

// SPDX-License-Identifier: EUPL-1.2
// Vectors whose first element is at a multiple of 64 bytes, as the kernels (simd.hpp) read them.
#pragma once
#include <cstddef>
#include <new>
#include <vector>

namespace engine {

template <class T>
struct Aligned {
    using value_type = T;
    Aligned() = default;
    template <class U>
    Aligned(const Aligned<U>&) {}  // NOLINT(google-explicit-constructor): an allocator converts
    T* allocate(std::size_t n) {
        return static_cast<T*>(::operator new(n * sizeof(T), std::align_val_t{64}));
    }
    void deallocate(T* at, std::size_t) { ::operator delete(at, std::align_val_t{64}); }
    friend bool operator==(const Aligned&, const Aligned&) { return true; }
};

template <class T>
using AlignedVector = std::vector<T, Aligned<T>>;

}  // namespace engine

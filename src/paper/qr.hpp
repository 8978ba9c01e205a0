// SPDX-License-Identifier: EUPL-1.2
// QR codes (ISO/IEC 18004): a text as squares, to be scanned from a screen, a terminal or a poster.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace paper {

// The light border that the standard asks for, in squares; `side` is without it.
inline constexpr int quiet_zone = 4;

struct QrCode {
    int side = 0;
    std::vector<bool> dark;                   // row by row
    bool dark_at(int column, int row) const;  // false outside
};
// It can be read with a tenth of it damaged. Nothing: the text is too long, some 2,300 bytes.
std::optional<QrCode> qr_code(const std::string& text);

// The dark squares as the `d` of an SVG path, for a viewBox of `side` and twice the quiet zone.
std::string svg_path(const QrCode&);

}  // namespace paper

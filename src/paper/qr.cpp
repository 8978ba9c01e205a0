// SPDX-License-Identifier: EUPL-1.2
#include "paper/qr.hpp"

#include <qrencode.h>

#include <memory>

namespace paper {

bool QrCode::dark_at(int column, int row) const {
    if (column < 0 || row < 0 || column >= side || row >= side) return false;
    const int at = row * side + column;
    return dark[static_cast<std::size_t>(at)];
}

std::optional<QrCode> qr_code(const std::string& text) {
    struct Free {
        void operator()(QRcode* code) const { QRcode_free(code); }
    };
    const std::unique_ptr<QRcode, Free> made{
        QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M)};
    if (!made) return std::nullopt;
    QrCode code{.side = made->width, .dark = {}};
    for (int i = 0; i < code.side * code.side; ++i) code.dark.push_back((made->data[i] & 1U) != 0);
    return code;
}

std::string svg_path(const QrCode& code) {
    std::string path;
    for (int row = 0; row < code.side; ++row)
        for (int column = 0; column < code.side;) {
            int end = column;
            while (code.dark_at(end, row)) ++end;
            if (end > column)
                path += "M" + std::to_string(column + quiet_zone) + " " +
                        std::to_string(row + quiet_zone) + "h" + std::to_string(end - column) +
                        "v1h-" + std::to_string(end - column) + "z";
            column = end + 1;
        }
    return path;
}

}  // namespace paper

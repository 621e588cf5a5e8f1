import Foundation

/// A small picture of a pressure map: a PNG file of sixteen colours.
///
/// Foundation on Linux draws nothing, and a library of pictures for one of this size would be much for little: the
/// bytes are stored as they are, without compression, in the frame that PNG (ISO/IEC 15948) asks for.
enum MapImage {
    /// Viridis, from dark to light, which people who confuse colours read, too.
    private static let colours: [(Double, Double, Double)] = [
        (68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37),
    ]

    /// A map as the address of a picture that is part of the page.
    ///
    /// - Parameters:
    ///   - values: `[rows, columns]`; the smallest is dark, the largest 2 of 100 are light: a single sensor that reads
    ///     too much would leave all others dark.
    ///   - columns: how many columns there are.
    ///   - isTurned: whether the last row is to be on top.
    /// - Returns: a `data:` address.
    static func address(_ values: [Float], columns: Int, isTurned: Bool) -> String {
        let rows = values.count / max(columns, 1)
        let sorted = values.sorted()
        let (low, most) = (sorted.first ?? 0, sorted.last ?? 1)
        let high = sorted.isEmpty ? 1 : sorted[(sorted.count - 1) * 98 / 100]
        // A map of a few loaded places alone is drawn up to the largest.
        let span = high > low ? high - low : most > low ? most - low : 1
        var image: [UInt8] = []
        for row in 0..<rows {
            image.append(0)  // a row's filter: none
            let start = (isTurned ? rows - 1 - row : row) * columns
            for column in stride(from: 0, to: columns, by: 2) {
                func level(_ column: Int) -> UInt8 {
                    guard column < columns else { return 0 }
                    return UInt8(min(15, max(0, 16 * (values[start + column] - low) / span)))
                }
                image.append(level(column) << 4 | level(column + 1))
            }
        }
        let palette = (0..<16).flatMap { level -> [UInt8] in
            let place = Double(level) / 15 * Double(colours.count - 1)
            let (first, second) = (colours[Int(place)], colours[min(Int(place) + 1, colours.count - 1)])
            let part = place - Double(Int(place))
            func mix(_ a: Double, _ b: Double) -> UInt8 { UInt8(a + part * (b - a)) }
            return [mix(first.0, second.0), mix(first.1, second.1), mix(first.2, second.2)]
        }
        let png: [UInt8] =
            [137, 80, 78, 71, 13, 10, 26, 10]
            + chunk("IHDR", bytes(columns) + bytes(rows) + [4, 3, 0, 0, 0]) + chunk("PLTE", palette)
            + chunk("IDAT", stored(image)) + chunk("IEND", [])
        return "data:image/png;base64," + Data(png).base64EncodedString()
    }

    private static func bytes(_ number: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
    }

    private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + content
        var crc: UInt32 = .max
        for byte in body {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        return bytes(content.count) + body + bytes(Int(~crc))
    }

    /// A zlib stream of stored blocks.
    private static func stored(_ content: [UInt8]) -> [UInt8] {
        var (stream, a, b) = ([UInt8]([0x78, 0x01]), 1, 0)
        for start in stride(from: 0, to: content.count, by: 65_535) {
            let part = content[start..<min(start + 65_535, content.count)]
            let isLast: UInt8 = part.endIndex == content.count ? 1 : 0
            let length = [UInt8(part.count & 255), UInt8(part.count >> 8)]
            stream += [isLast] + length + length.map { ~$0 } + part
        }
        for byte in content {
            a = (a + Int(byte)) % 65_521
            b = (b + a) % 65_521
        }
        return stream + bytes(b << 16 | a)
    }
}

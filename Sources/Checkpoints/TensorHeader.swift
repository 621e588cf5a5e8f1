import Foundation

/// The types that a tensor's values have.
public enum TensorType: String, Sendable, Codable {
    /// IEEE 754 binary32.
    case float32 = "F32"
    /// Signed 32-bit integers.
    case int32 = "I32"

    /// Bytes of one value.
    public var bytesPerValue: Int { 4 }
}

/// One tensor of a file: its name, type and shape, and where its values lie.
public struct TensorEntry: Sendable, Equatable {
    /// The tensor's name, unique in its file.
    public let name: String
    /// The type of its values.
    public let type: TensorType
    /// Its dimensions, slowest first.
    public let shape: [Int]
    /// Bytes from the start of the file's data to the first value.
    public let byteOffset: Int
    /// Bytes of all values.
    public let byteCount: Int
}

/// The JSON header of a tensor file, in the layout of the safetensors format.
///
/// The file is: eight bytes with the header's length (little-endian), the header, the tensors without gaps in the order
/// of their offsets. The header ends in spaces so that the data starts at a multiple of 64 bytes. Its entry
/// `__metadata__` has texts, one of them the digest: SHA-256 over the whole file with the digest's own digits as zeros.
struct TensorHeader: Equatable {
    static let digestKey = "ssrm_sha256"
    static let lengthBytes = 8
    /// No header is longer than this; as in the safetensors package.
    static let largestHeaderBytes = 100_000_000
    private static let metadataKey = "__metadata__"
    private static let digestMark = Array("\"\(digestKey)\":\"".utf8)
    private static let zeroDigits = [UInt8](repeating: UInt8(ascii: "0"), count: SHA256Digest.digitCount)

    /// Everything in `__metadata__` but the digest.
    let metadata: [String: String]
    /// In the order of their offsets.
    let tensors: [TensorEntry]

    var dataBytes: Int { tensors.last.map { $0.byteOffset + $0.byteCount } ?? 0 }

    // MARK: - Writing

    /// A header for tensors stored in this order.
    init(tensors: [(name: String, type: TensorType, shape: [Int])], metadata: [String: String]) {
        precondition(metadata[Self.digestKey] == nil, "\(Self.digestKey) is written by the header itself")
        precondition(Set(tensors.map(\.name)).count == tensors.count, "two tensors of one name in \(tensors)")
        var entries: [TensorEntry] = []
        var offset = 0
        for (name, type, shape) in tensors {
            precondition(name != Self.metadataKey && shape.allSatisfy { $0 >= 0 }, "tensor \(name) of shape \(shape)")
            let byteCount = shape.reduce(type.bytesPerValue, *)
            let entry = TensorEntry(name: name, type: type, shape: shape, byteOffset: offset, byteCount: byteCount)
            entries.append(entry)
            offset += byteCount
        }
        self.tensors = entries
        self.metadata = metadata
    }

    /// The length and the header as they stand in a file, with zeros for the digest's digits.
    func encoded() -> [UInt8] {
        let texts = metadata.merging([Self.digestKey: String(decoding: Self.zeroDigits, as: UTF8.self)]) { $1 }
        let textEntries = texts.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
        var members = ["\"\(Self.metadataKey)\":{\(textEntries.joined(separator: ","))}"]
        for tensor in tensors {
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            let offsets = "\(tensor.byteOffset),\(tensor.byteOffset + tensor.byteCount)"
            members.append(
                "\(quoted(tensor.name)):{\"dtype\":\"\(tensor.type.rawValue)\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(offsets)]}")
        }
        var json = Array("{\(members.joined(separator: ","))}".utf8)
        while (Self.lengthBytes + json.count) % 64 != 0 { json.append(UInt8(ascii: " ")) }
        precondition(json.count <= Self.largestHeaderBytes, "a header of \(json.count) bytes")
        return withUnsafeBytes(of: UInt64(json.count).littleEndian, Array.init) + json
    }

    private func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    /// Where the digest's digits stand in bytes that start with a length and a header, from the start of the file.
    static func digestRange(in bytes: UnsafeRawBufferPointer) -> Range<Int>? {
        // A quote inside a JSON text is escaped, so the mark can't be part of a name or a value.
        let mark = digestMark
        let starts = 0..<max(0, bytes.count - mark.count)
        guard let start = starts.first(where: { bytes[$0] == mark[0] && bytes[$0...].starts(with: mark) }) else {
            return nil
        }
        let digits = start + mark.count..<start + mark.count + SHA256Digest.digitCount
        return digits.upperBound <= bytes.count ? digits : nil
    }

    // MARK: - Reading

    private struct Key: CodingKey {
        let stringValue: String
        let intValue: Int? = nil
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { return nil }
    }

    private struct Entry: Decodable {
        let dtype: String
        let shape: [Int]
        let data_offsets: [Int]
    }

    private struct Members: Decodable {
        var texts: [String: String] = [:]
        var entries: [(name: String, entry: Entry)] = []

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: Key.self)
            for key in members.allKeys {
                if key.stringValue == TensorHeader.metadataKey {
                    texts = try members.decode([String: String].self, forKey: key)
                } else {
                    entries.append((key.stringValue, try members.decode(Entry.self, forKey: key)))
                }
            }
        }
    }

    /// The header in a file's JSON.
    init(json: UnsafeRawBufferPointer, path: String) throws(TensorFileError) {
        let members: Members
        do {
            members = try JSONDecoder().decode(Members.self, from: Data(json))
        } catch {
            throw .badHeader(path: path, reason: "its header is not the JSON of a safetensors file")
        }
        var entries: [TensorEntry] = []
        for (name, entry) in members.entries { entries.append(try Self.checked(entry, name: name, path: path)) }
        entries.sort { ($0.byteOffset, $0.byteCount) < ($1.byteOffset, $1.byteCount) }
        var end = 0
        for entry in entries {
            guard entry.byteOffset == end else {
                throw .badHeader(path: path, reason: "tensor \(entry.name) does not start where the one before it ends")
            }
            end += entry.byteCount
        }
        tensors = entries
        metadata = members.texts.filter { $0.key != Self.digestKey }
    }

    private static func checked(_ entry: Entry, name: String, path: String) throws(TensorFileError) -> TensorEntry {
        guard let type = TensorType(rawValue: entry.dtype) else {
            throw .badHeader(path: path, reason: "tensor \(name) is of type \(entry.dtype), not F32 or I32")
        }
        var byteCount = type.bytesPerValue
        for dimension in entry.shape {
            let (product, overflow) = byteCount.multipliedReportingOverflow(by: dimension)
            guard dimension >= 0 && !overflow else {
                throw .badHeader(path: path, reason: "tensor \(name) has the impossible shape \(entry.shape)")
            }
            byteCount = product
        }
        guard entry.data_offsets.count == 2, entry.data_offsets[0] >= 0,
            entry.data_offsets[0].addingReportingOverflow(byteCount) == (entry.data_offsets[1], false)
        else {
            throw .badHeader(
                path: path,
                reason: "tensor \(name) of shape \(entry.shape) can't lie at offsets \(entry.data_offsets)")
        }
        return TensorEntry(
            name: name, type: type, shape: entry.shape, byteOffset: entry.data_offsets[0], byteCount: byteCount)
    }
}

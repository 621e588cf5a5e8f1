import Checkpoints
import Foundation
import Numerics
import TestKit
import Testing

/// Writes a small file of two tensors and returns its digest.
@discardableResult
private func writeSmallFile(to path: String) throws -> String {
    var writer = try TensorFileWriter(
        path: path, tensors: [("weights", .float32, [2, 3]), ("counts", .int32, [3])],
        metadata: ["format": "test", "note": "a \"quoted\" \\ line\nand é"])
    try [Float](arrayLiteral: 1, 2, 3, -4, 5.5, 1e-30).withUnsafeBytes { try writer.append($0) }
    try [Int32](arrayLiteral: 7, -8, 9).withUnsafeBytes { try writer.append($0) }
    return try writer.finish()
}

private func openingError(_ path: String) -> TensorFileError? {
    do throws(TensorFileError) {
        _ = try TensorFile(opening: path)
        return nil
    } catch { return error }
}

@Test func whatIsWrittenIsRead() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("small.safetensors")
    let digest = try writeSmallFile(to: path)
    let file = try TensorFile(opening: path)
    #expect(file.digest == digest)
    #expect(file.metadata == ["format": "test", "note": "a \"quoted\" \\ line\nand é"])
    #expect(file.tensors.map(\.name) == ["weights", "counts"])
    #expect(file.tensors.map(\.shape) == [[2, 3], [3]])
    #expect(file.tensors.map(\.byteOffset) == [0, 24])
    #expect(Array(try file.floats("weights", shape: [2, 3])) == [1, 2, 3, -4, 5.5, 1e-30])
    #expect(Array(try file.int32s("counts")) == [7, -8, 9])
    #expect(try folder.contents == ["small.safetensors"])
}

@Test(arguments: 0..<20)
func anyTensorsComeBackBitForBit(seed: UInt64) throws {
    var random = RandomSequence(seed: seed, stream: 1)
    let folder = try TemporaryFolder()
    let path = folder.path("random.safetensors")
    var tensors: [(name: String, type: TensorType, shape: [Int])] = []
    for i in 0..<Int.random(in: 0...6, using: &random) {
        let shape = (0..<Int.random(in: 0...3, using: &random)).map { _ in Int.random(in: 0...9, using: &random) }
        tensors.append(("t\u{1}/é \(i)", Bool.random(using: &random) ? .float32 : .int32, shape))
    }
    let contents = tensors.map { tensor in
        (0..<tensor.shape.reduce(1, *)).map { _ in UInt32.random(in: 0 ... .max, using: &random) }
    }
    var writer = try TensorFileWriter(path: path, tensors: tensors, metadata: [:])
    for content in contents {
        let middle = content.isEmpty ? 0 : Int.random(in: 0..<content.count, using: &random)
        try content[..<middle].withUnsafeBytes { try writer.append($0) }
        try content[middle...].withUnsafeBytes { try writer.append($0) }
    }
    _ = try writer.finish()
    let file = try TensorFile(opening: path)
    #expect(Set(file.tensors.map(\.name)) == Set(tensors.map(\.name)))
    for (tensor, content) in zip(tensors, contents) {
        switch tensor.type {
        case .float32:
            #expect(try file.floats(tensor.name, shape: tensor.shape).map(\.bitPattern) == content)
        case .int32:
            #expect(try file.int32s(tensor.name, shape: tensor.shape).map { UInt32(bitPattern: $0) } == content)
        }
    }
}

@Test func theSameContentGivesTheSameBytes() throws {
    let folder = try TemporaryFolder()
    try writeSmallFile(to: folder.path("a"))
    try writeSmallFile(to: folder.path("b"))
    #expect(FileManager.default.contentsEqual(atPath: folder.path("a"), andPath: folder.path("b")))
}

@Test func aFileCutShortAtAnyByteIsRefused() throws {
    let folder = try TemporaryFolder()
    let (whole, cut) = (folder.path("whole"), folder.path("cut"))
    try writeSmallFile(to: whole)
    let bytes = try Data(contentsOf: URL(filePath: whole))
    for length in 0..<bytes.count {
        try bytes[..<length].write(to: URL(filePath: cut))
        let message = try #require(openingError(cut), "cut to \(length) bytes").description
        #expect(
            message.contains(cut) && message.contains("\(length) bytes long") && !message.contains("\n"), "\(message)")
    }
    try (bytes + [0]).write(to: URL(filePath: cut))
    #expect(openingError(cut) == .wrongLength(path: cut, bytes: bytes.count + 1, expected: bytes.count))
}

@Test(arguments: ["id,hr\n1,70\n", String(repeating: "P 1\t70,5;ä\r\n", count: 20)])
func aTextIsCalledOne(text: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("table.csv")
    try Data(text.utf8).write(to: URL(filePath: path))
    #expect(openingError(path) == .text(path: path))
}

@Test(arguments: 0..<8)
func aFlippedBitAnywhereIsRefused(bit: Int) throws {
    let folder = try TemporaryFolder()
    let (whole, altered) = (folder.path("whole"), folder.path("altered"))
    try writeSmallFile(to: whole)
    var bytes = try Data(contentsOf: URL(filePath: whole))
    for i in bytes.indices {
        bytes[i] ^= 1 << bit
        try bytes.write(to: URL(filePath: altered))
        let message = try #require(openingError(altered), "bit \(bit) of byte \(i)").description
        #expect(message.contains(altered) && !message.contains("\n"), "\(message)")
        bytes[i] ^= 1 << bit
    }
}

@Test(arguments: [
    ("not JSON", "{\"a\""), ("an array", "[1]"), ("no object for a tensor", #"{"a":3}"#),
    ("another type", #"{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}"#),
    ("a negative dimension", #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,0]}}"#),
    ("an overflowing shape", #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#),
    ("a number beyond 64 bits", #"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,0]}}"#),
    ("offsets that do not fit the shape", #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#),
    ("offsets that end before they start", #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#),
    ("one offset", #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8]}}"#),
    (
        "an offset near the end of the numbers",
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[9223372036854775800,0]}}"#
    ),
    ("a gap", #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#),
    (
        "tensors that overlap",
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
    ),
])
func aHeaderThatCannotBeIsRefused(what: String, json: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("bad")
    let header = Array(json.utf8) + [UInt8](repeating: 32, count: (8 - json.utf8.count % 8) % 8)
    let length = withUnsafeBytes(of: UInt64(header.count).littleEndian, Array.init)
    try Data(length + header + [0, 0, 0, 0, 0, 0, 0, 0]).write(to: URL(filePath: path))
    guard case .badHeader(path, let reason) = openingError(path) else {
        Issue.record("\(what): \(String(describing: openingError(path)))")
        return
    }
    #expect(!reason.isEmpty)
}

@Test(arguments: [UInt64.max, 1 << 62, 100_000_001, 1 << 40, 3])
func anImpossibleHeaderLengthIsRefused(length: UInt64) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("bad")
    try Data(withUnsafeBytes(of: length.littleEndian, Array.init) + [123, 125, 32]).write(to: URL(filePath: path))
    #expect(try #require(openingError(path)).description.contains("header"))
}

@Test func aFileWithoutADigestIsRefused() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("foreign")
    let json = #"{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}   "#
    let length = withUnsafeBytes(of: UInt64(json.utf8.count).littleEndian, Array.init)
    try Data(length + Array(json.utf8) + [0, 0, 0, 0]).write(to: URL(filePath: path))
    #expect(openingError(path) == .noDigest(path: path))
}

@Test func aMissingFileAndAFolderAreNamed() throws {
    let folder = try TemporaryFolder()
    #expect(
        openingError(folder.path("none"))
            == .unreadable(path: folder.path("none"), reason: "No such file or directory"))
    #expect(openingError(folder.url.path) == .unreadable(path: folder.url.path, reason: "it is a folder"))
    try FileManager.default.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: folder.path("none"))
    #expect(openingError(folder.path("link")) != nil)
    #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
    #expect(
        openingError(folder.path("pipe"))
            == .unreadable(path: folder.path("pipe"), reason: "it is not a regular file"))
}

@Test func aTensorOfAnotherNameTypeOrShapeIsRefused() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("small")
    try writeSmallFile(to: path)
    let file = try TensorFile(opening: path)
    #expect(throws: TensorFileError.noTensor(path: path, name: "bias", present: ["weights", "counts"])) {
        _ = try file.floats("bias")
    }
    #expect(
        throws: TensorFileError.otherTensor(
            path: path, name: "weights", found: "F32 [2, 3]", wanted: "F32 [3, 2]")
    ) { _ = try file.floats("weights", shape: [3, 2]) }
    #expect(
        throws: TensorFileError.otherTensor(
            path: path, name: "weights", found: "F32 [2, 3]", wanted: "I32 of any shape")
    ) { _ = try file.int32s("weights") }
}

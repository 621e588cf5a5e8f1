import Checkpoints
import TestKit
import Testing

@Suite(.enabled(if: Python.isHere, Comment(rawValue: Python.absence)))
struct PythonTests {
    @Test func pythonReadsWhatIsWritten() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("ours.safetensors")
        let none: [(name: String, type: TensorType, shape: [Int])] = [
            ("empty", .int32, [0, 4]), ("scalar", .float32, []),
        ]
        var writer = try TensorFileWriter(
            path: path, tensors: [("x \"é\"\t", .float32, [2, 2]), ("n", .int32, [1])] + none,
            metadata: ["note": "line\nbreak \\ \"quote\" é"])
        try [Float](arrayLiteral: 1.5, -2, .leastNonzeroMagnitude, 3e38).withUnsafeBytes { try writer.append($0) }
        try [Int32](arrayLiteral: -5).withUnsafeBytes { try writer.append($0) }
        try [Float](arrayLiteral: 7).withUnsafeBytes { try writer.append($0) }
        let digest = try writer.finish()
        let result = try Python.run(
            script: """
                import sys
                with safetensors.safe_open(sys.argv[1], "numpy") as f:
                    x, n, e, s = (f.get_tensor(k) for k in ['x "é"\\t', "n", "empty", "scalar"])
                    assert x.dtype == numpy.float32 and x.tolist()[0] == [1.5, -2], x
                    assert x[1, 0] == 2.0**-149 and x[1, 1] == numpy.float32(3e38), x
                    assert n.dtype == numpy.int32 and n.tolist() == [-5] and e.shape == (0, 4) and s == 7
                    assert f.metadata()["note"] == 'line\\nbreak \\\\ "quote" é', f.metadata()
                    print(f.metadata()["ssrm_sha256"])
                """, path)
        #expect(result.output == digest + "\n", "\(result.errors)")
    }

    /// The digest as the documentation describes it, taken by somebody else.
    @Test func aFileThatPythonWroteWithADigestIsRead() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("theirs.safetensors")
        let result = try Python.run(
            script: """
                import sys, hashlib
                tensors = {"b": numpy.arange(6, dtype=numpy.float32).reshape(2, 3), "a": numpy.array([3, -4], numpy.int32)}
                zeros = "0" * 64
                content = safetensors.numpy.save(tensors, {"ssrm_sha256": zeros, "format": "test"})
                digest = hashlib.sha256(content).hexdigest()
                open(sys.argv[1], "wb").write(content.replace(zeros.encode(), digest.encode(), 1))
                """, path)
        #expect(result.status == 0, "\(result.errors)")
        let file = try TensorFile(opening: path)
        #expect(Array(try file.floats("b", shape: [2, 3])) == [0, 1, 2, 3, 4, 5])
        #expect(Array(try file.int32s("a", shape: [2])) == [3, -4])
        #expect(file.metadata == ["format": "test"])
    }
}

import Foundation
import TestKit
import Testing

@Test func aTrainingThatIsKilledGoesOnToTheSameModel() throws {
    let prepared = try PreparedMaps.shared.get()
    let folder = try TemporaryFolder()
    let kept = folder.path("kept")
    func arguments(_ name: String, _ more: String...) -> [String] {
        [
            "train", "--data", prepared.data, "--encoder", prepared.run, "--scheme", "posture3", "--members", "4",
            "--epochs", "60", "--threads", "1", "--out", folder.path(name),
        ] + more
    }
    let plain = try ProgramRun(arguments("plain.safetensors")).result()
    #expect(plain.status == 0, "\(plain.errors)")
    // Long enough to be killed while it computes.
    let killed = try ProgramRun(arguments("again.safetensors", "--keep", kept))
    let first = "\(kept)/training-1-member-1.safetensors"
    #expect(waitFor { FileManager.default.fileExists(atPath: first) || killed.hasEnded })
    killed.signal(SIGKILL)
    killed.result()
    let before = try FileManager.default.contentsOfDirectory(atPath: kept).count {
        $0.hasPrefix("training-1-member-") && $0.hasSuffix(".safetensors")
    }
    try #require((1...3).contains(before))
    let again = try ProgramRun(arguments("again.safetensors", "--keep", kept)).result()
    #expect(again.errors.contains("\(before * 60) of 240 epochs are kept from before\n"))
    let models = try ["plain", "again"].map {
        try Data(contentsOf: URL(filePath: folder.path("\($0).safetensors")))
    }
    #expect(models[0] == models[1])
    let other = try ProgramRun(arguments("other.safetensors", "--keep", kept, "--seed", "3")).result()
    #expect(other.status == 1 && !FileManager.default.fileExists(atPath: folder.path("other.safetensors")))
    #expect(
        other.errors.hasSuffix(
            "ssrm: \(kept): it keeps another training: its seed is 1, not 3; name another folder, or remove this one\n")
    )
}

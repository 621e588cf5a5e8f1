import Foundation
import TestKit
import Testing

/// A small made-up dataset and an encoder for it, made once by the program itself.
struct PreparedMaps {
    let folder: TemporaryFolder
    let data: String
    var run: String { folder.path("run") }

    init() throws {
        folder = try TemporaryFolder()
        data = try SyntheticMaps.shared.get().data
        let trained = try ProgramRun.ssrm(
            "pretrain", "--data", data, "--run", folder.path("run"), "--workers", "1",
            "--steps", "20", "--shards", "2", "--seed", "3")
        try #require(trained.status == 0, "\(trained.errors)")
    }

    static let shared = Result { try PreparedMaps() }
}

func trained(_ prepared: PreparedMaps, to name: String, _ more: String...) throws -> ProgramResult {
    let usual = [
        "--data", prepared.data, "--encoder", prepared.run, "--scheme", "posture3", "--epochs", "8",
        "--out", prepared.folder.path(name),
    ]
    return try ProgramRun(["train"] + usual.without(more) + more).result()
}

func object(_ result: ProgramResult) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
}

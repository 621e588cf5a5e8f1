import Checkpoints
import Foundation
import TestKit
import Testing

private let files = [
    WholeFolder.File(path: "a", bytes: Data("1".utf8)), WholeFolder.File(path: "b/c", bytes: Data("2".utf8)),
]

/// The number of a process that has ended.
private func endedProcess() throws -> Int32 {
    let process = try ProgramRun([], program: "/bin/true")
    process.result()
    return process.pid
}

@Test func whatAKilledProcessLeftOfAFolderIsRemoved() throws {
    let folder = try TemporaryFolder()
    let dead = try endedProcess()
    for name in [".out.\(dead)-x.part/a", ".other.\(dead)-x.part/a", ".out.\(getppid())-x.part/a", ".out.mine.part/a"] {
        try folder.write("old", to: name)
    }
    let held = try folder.write("held", to: ".out.\(dead)-y.part/a")
    let hold = open(URL(filePath: held).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY)
    defer { close(hold) }
    #expect(flock(hold, LOCK_EX | LOCK_NB) == 0)
    try WholeFolder.write(files, to: folder.path("out"))
    let left = [".other.\(dead)-x.part", ".out.\(dead)-y.part", ".out.\(getppid())-x.part", ".out.mine.part", "out"]
    #expect(try folder.contents == left.sorted())
    #expect(try FileManager.default.subpathsOfDirectory(atPath: folder.path("out")).sorted() == ["a", "b", "b/c"])
}

@Test func anErrorNamesTheFolderThatWasAskedFor() throws {
    let folder = try TemporaryFolder()
    let name = String(repeating: "n", count: 300)
    for path in ["a/\(name)", "\(name)/a"] {
        #expect {
            try WholeFolder.write([files[0], .init(path: path, bytes: Data())], to: folder.path("out"))
        } throws: {
            "\($0)".hasPrefix("can't write \(folder.path("out"))/") && !"\($0)".contains(".part")
        }
    }
    #expect(try folder.contents.isEmpty)
}

@Test func aFolderThatIsTakenAwayIsNotWrittenOnMeanwhile() throws {
    let folder = try TemporaryFolder()
    let unfinished = UnfinishedFolder()
    // The second file is made after another thread has taken the folder away, and while that holds it.
    let ended = DispatchSemaphore(value: 0)
    let removed = DispatchSemaphore(value: 0)
    var made = 0
    let lazily = files.lazy.map { file in
        made += 1
        if made == 2 {
            Thread.detachNewThread {
                unfinished.remove {
                    removed.signal()
                    ended.wait()
                }
            }
            removed.wait()
            #expect((try? folder.contents) == [])
            ended.signal()
        }
        return file
    }
    #expect(throws: TensorFileError.self) {
        try WholeFolder.write(lazily, to: folder.path("out"), unfinished: unfinished)
    }
    #expect(try folder.contents.isEmpty)
}

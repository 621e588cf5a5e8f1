import Checkpoints
import Foundation
import Synchronization
import TestKit
import Testing

/// A file of some pages of ones.
private func file(_ folder: TemporaryFolder, pages: Int = 8) throws -> String {
    let path = folder.path("file")
    try Data(repeating: 1, count: pages * 4096).write(to: URL(filePath: path))
    return path
}

private func sum(_ file: MappedFile) -> Int { file.bytes.reduce(0) { $0 + Int($1) } }

@Test func aMappedFileThatIsCutIsAnErrorAndNoSignal() throws {
    MappedFile.outliveCuts()
    let folder = try TemporaryFolder()
    let path = try file(folder)
    let (cut, whole) = (try MappedFile(path: path), try MappedFile(path: try folder.write("whole", to: "other")))
    #expect(sum(cut) == 8 * 4096 && cut.isWhole)
    #expect(truncate(path, 4096 + 100) == 0)
    #expect(sum(cut) == 4096 + 100)  // zeros from there on
    #expect(!cut.isWhole)
    #expect(throws: TensorFileError.changed(path: path)) { try cut.requireWhole() }
    #expect(sum(whole) == 543 && whole.isWhole)
    #expect(try MappedFile(path: path).isWhole)  // as it is now
}

@Test func aCutThatGivesNoSignalIsAnErrorToo() throws {
    let folder = try TemporaryFolder()
    let path = try file(folder, pages: 1)
    let mapped = try MappedFile(path: path)
    #expect(truncate(path, 100) == 0)
    #expect(sum(mapped) == 100)  // the rest of a page is zeros
    #expect(!mapped.isWhole)
}

@Test func manyThreadsMayReadAFileThatIsCut() throws {
    MappedFile.outliveCuts()
    let folder = try TemporaryFolder()
    let path = try file(folder, pages: 512)
    for _ in 0..<20 {
        try Data(repeating: 1, count: 512 * 4096).write(to: URL(filePath: path))
        let mapped = try MappedFile(path: path)
        DispatchQueue.concurrentPerform(iterations: 5) { thread in
            if thread == 4 {
                _ = truncate(path, 4096)
            } else {
                #expect(sum(mapped) >= 4096)
            }
        }
        #expect(!mapped.isWhole)
    }
}

@Test func aFileThatIsWrittenToIsNotWhole() throws {
    let folder = try TemporaryFolder()
    let path = try file(folder)
    let mapped = try MappedFile(path: path)
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data([1]))
    #expect(!mapped.isWhole)
}

/// The times of a file's last write and of its last change of any kind.
private func times(_ path: String) -> (write: timespec, change: timespec) {
    var status = stat()
    stat(path, &status)
    return (status.st_mtim, status.st_ctim)
}

@Test func aFileOverwrittenWithItsTimeSetBackIsNotWhole() throws {
    let folder = try TemporaryFolder()
    let path = try file(folder)
    let before = times(path)
    let mapped = try MappedFile(path: path)
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    // The clock of files stands still for some milliseconds.
    let moved = waitFor {
        try? handle.seek(toOffset: 0)
        try? handle.write(contentsOf: Data([2]))
        _ = [before.write, before.write].withUnsafeBufferPointer { utimensat(AT_FDCWD, path, $0.baseAddress, 0) }
        return (times(path).change.tv_sec, times(path).change.tv_nsec) != (before.change.tv_sec, before.change.tv_nsec)
    }
    #expect(moved && times(path).write.tv_nsec == before.write.tv_nsec)
    #expect(!mapped.isWhole)
}

@Test func aFileThatIsReplacedRenamedOrRemovedIsWholeForThoseWhoHaveIt() throws {
    let folder = try TemporaryFolder()
    let path = try file(folder)
    let mapped = try MappedFile(path: path)
    try WholeFile.write("another", to: path)
    #expect(sum(mapped) == 8 * 4096 && mapped.isWhole)
    let other = try MappedFile(path: path)
    #expect(unlink(path) == 0)
    #expect(other.isWhole && String(decoding: other.bytes, as: UTF8.self) == "another")
}

@Test func aTensorFileThatIsCutIsNamed() throws {
    MappedFile.outliveCuts()
    let folder = try TemporaryFolder()
    let path = folder.path("tensors")
    var writer = try TensorFileWriter(path: path, tensors: [("a", .float32, [4096])], metadata: [:])
    try [Float](repeating: 1, count: 4096).withUnsafeBytes { try writer.append($0) }
    _ = try writer.finish()
    let file = try TensorFile(opening: path)
    try file.requireWhole()
    #expect(truncate(path, 4096) == 0)
    #expect(try file.floats("a").reduce(0, +) < 4096)
    #expect(throws: TensorFileError.changed(path: path)) { try file.requireWhole() }
    #expect("\(TensorFileError.changed(path: path))".hasPrefix("\(path) was cut or changed while it was read; "))
}

@Test func aTensorFileThatIsTouchedWhileItIsOpenedIsReadAgain() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("tensors")
    var writer = try TensorFileWriter(path: path, tensors: [("a", .float32, [1 << 20])], metadata: [:])
    try [Float](repeating: 1, count: 1 << 20).withUnsafeBytes { try writer.append($0) }
    _ = try writer.finish()
    let isOver = Mutex(false)
    let toucher = Thread {
        while !isOver.withLock(\.self) {
            utimes(path, nil)
            usleep(20_000)
        }
    }
    toucher.start()
    defer { isOver.withLock { $0 = true } }
    for _ in 0..<20 { #expect(throws: Never.self) { _ = try TensorFile(opening: path) } }
}

@Test func aTensorFileThatIsTouchedIsWholeOnceItsContentIsFoundTheSame() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("tensors")
    var writer = try TensorFileWriter(path: path, tensors: [("a", .float32, [4096])], metadata: [:])
    try [Float](repeating: 1, count: 4096).withUnsafeBytes { try writer.append($0) }
    _ = try writer.finish()
    let file = try TensorFile(opening: path)
    let past = [timeval(tv_sec: 1, tv_usec: 0), timeval(tv_sec: 1, tv_usec: 0)]
    #expect(past.withUnsafeBufferPointer { utimes(path, $0.baseAddress) } == 0)
    #expect(!file.isUntouched)
    #expect(file.confirm() && file.isUntouched)
    // The same bytes again, then another one.
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    try handle.seekToEnd()
    for (value, isSame) in [(1 as Float, true), (2, false)] {
        try handle.seek(toOffset: try handle.offset() - 4)
        try handle.write(contentsOf: withUnsafeBytes(of: value) { Data($0) })
        #expect(past.withUnsafeBufferPointer { utimes(path, $0.baseAddress) } == 0)
        #expect(file.confirm() == isSame)
    }
    #expect(throws: TensorFileError.changed(path: path)) { try file.requireWhole() }
}

import Checkpoints
import Foundation
import Synchronization
import TestKit
import Testing

@Test func aWholeFileReplacesWhatWasThere() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("job.json")
    try WholeFile.write("old and longer", to: path)
    try WholeFile.write("new", to: path)
    #expect(try String(contentsOf: URL(filePath: path), encoding: .utf8) == "new")
    #expect(try folder.contents == ["job.json"])
}

@Test func ofSeveralThatCreateAFileOneDoes() throws {
    let folder = try TemporaryFolder()
    for round in 0..<20 {
        let path = folder.path("\(round)")
        let made = Mutex<[Int]>([])
        DispatchQueue.concurrentPerform(iterations: 8) { number in
            if (try? WholeFile.create(Data("\(number)".utf8), at: path)) == true { made.withLock { $0.append(number) } }
        }
        let names = made.withLock { $0.map(String.init) }
        #expect(try names == [String(contentsOf: URL(filePath: path), encoding: .utf8)])
    }
    #expect(try folder.contents.count == 20)
}

@Test func aWriterThatDoesNotFinishLeavesNothingBehind() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("kept")
    try WholeFile.write("kept", to: path)
    do {
        var writer = try TensorFileWriter(path: path, tensors: [("a", .float32, [2])], metadata: [:])
        try [Float](repeating: 1, count: 1).withUnsafeBytes { try writer.append($0) }
    }
    #expect(try folder.contents == ["kept"])
    #expect(try String(contentsOf: URL(filePath: path), encoding: .utf8) == "kept")
}

@Test func aFileHasNoNameUntilItIsComplete() throws {
    let folder = try TemporaryFolder()
    var writer = try TensorFileWriter(path: folder.path("file"), tensors: [("a", .float32, [2])], metadata: [:])
    try [Float](repeating: 1, count: 2).withUnsafeBytes { try writer.append($0) }
    // Killed now, it would leave what is here; only some file systems can do without a name.
    #expect(try folder.contents.allSatisfy { $0.hasPrefix(".file.") && $0.hasSuffix(".part") })
    _ = try writer.finish()
    #expect(try folder.contents == ["file"])
}

@Test func aNameMayBeAsLongAsTheFileSystemAllows() throws {
    let folder = try TemporaryFolder()
    let longest = String(repeating: "é", count: 127)
    try WholeFile.write("new", to: folder.path(longest))
    #expect(try folder.contents == [longest])
    let longer = folder.path(longest + "éé")
    #expect(throws: TensorFileError.unwritable(path: longer, reason: "File name too long")) {
        try WholeFile.write("new", to: longer)
    }
}

@Test func linksInACircleAreRefused() throws {
    let folder = try TemporaryFolder()
    let link = folder.path("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: link)
    #expect(throws: TensorFileError.unwritable(path: link, reason: "Too many levels of symbolic links")) {
        try WholeFile.write("new", to: link)
    }
}

@Test func aFileIsWrittenWhereTheSystemSaysThatItsPathLeads() throws {
    let folder = try TemporaryFolder()
    for name in ["a", "a/b", "c"] {
        try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
    }
    try WholeFile.write("kept", to: folder.path("x"))
    try FileManager.default.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: "a/b")
    try WholeFile.write("new", to: folder.path("link/../x"))
    #expect(try String(contentsOfFile: folder.path("x"), encoding: .utf8) == "kept")
    #expect(try String(contentsOfFile: folder.path("a/x"), encoding: .utf8) == "new")
    try DurableFolder.make(folder.path("link/../d/e") + "/")
    #expect(FilePlace.areOne(folder.path("a/d/e"), folder.path("link/../d/e")))
    #expect(FilePlace.areOne(folder.path("a/none/x"), folder.path("link/../none") + "//x/"))
    // Links to what is not there, with an absolute path, a relative one and over another link; one to itself.
    for (name, target) in [
        ("one", folder.path("a/none/x")), ("two", "a/none/x"), ("three", "two"), ("a/four", "../one"), ("self", "self"),
    ] {
        try FileManager.default.createSymbolicLink(atPath: folder.path(name), withDestinationPath: target)
        #expect(FilePlace.areOne(folder.path("a/none/x"), folder.path(name)) == (name != "self"), "\(name)")
    }
    #expect(!FilePlace.areOne(folder.path("a/none"), folder.path("one")))
    #expect(FilePlace.areOne(folder.path("self"), folder.path("link/../../self")))
    for name in ["one", "two", "three", "a/four", "self"] {
        try FileManager.default.removeItem(atPath: folder.path(name))
    }
    #expect(FilePlace.isInside(folder.path("link/../none"), folder.path("a")))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("a")).sorted() == ["b", "d", "x"])
}

@Test(arguments: ["x/", "new/", "a/.", "a/..", "new/."]) func aNameThatCanOnlyBeAFoldersIsRefused(name: String) throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.path("a"), withIntermediateDirectories: true)
    try WholeFile.write("kept", to: folder.path("x"))
    let path = folder.url.path + "/" + name
    #expect(throws: TensorFileError.self) { try WholeFile.write("new", to: path) }
    #expect(try String(contentsOfFile: folder.path("x"), encoding: .utf8) == "kept")
    #expect(try folder.contents.sorted() == ["a", "x"])
}

@Test func aLinkIsFollowedAndStays() throws {
    let folder = try TemporaryFolder()
    try WholeFile.write("old", to: folder.path("file"))
    try FileManager.default.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: folder.path("file"))
    try WholeFile.write("new", to: folder.path("link"))
    #expect(try String(contentsOf: URL(filePath: folder.path("file")), encoding: .utf8) == "new")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("link")) == folder.path("file"))
}

@Test func aLinkToNothingYetIsFollowedToo() throws {
    let folder = try TemporaryFolder()
    let link = folder.path("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "file")
    try WholeFile.write("new", to: link)
    #expect(try String(contentsOf: URL(filePath: folder.path("file")), encoding: .utf8) == "new")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "file")
}

/// What nobody else may read stays so.
@Test func aFileThatIsReplacedHandsItsPermissionsOn() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("file")
    try WholeFile.write("old", to: path)
    #expect(chmod(path, 0o600) == 0)
    try WholeFile.write("new", to: path)
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
}

@Test(.enabled(if: geteuid() != 0, "nothing is write-protected for root"))
func aWriteProtectedFileStays() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("file")
    try WholeFile.write("old", to: path)
    #expect(chmod(path, 0o400) == 0)
    #expect(throws: TensorFileError.self) { try WholeFile.write("new", to: path) }
    #expect(try String(contentsOf: URL(filePath: path), encoding: .utf8) == "old")
}

@Test func aTargetThatCannotBeAFileIsRefusedAtOnce() throws {
    let folder = try TemporaryFolder()
    let lost = folder.path("nowhere/file")
    #expect(
        throws: TensorFileError.unwritable(path: lost, reason: "there is no folder \(folder.path("nowhere"))")
    ) { try WholeFile.write("text", to: lost) }
    #expect(throws: TensorFileError.unwritable(path: folder.url.path, reason: "it is a folder")) {
        try WholeFile.write("text", to: folder.url.path)
    }
    // Renaming over a device would replace it.
    #expect(throws: TensorFileError.unwritable(path: "/dev/null", reason: "it is not a regular file")) {
        try WholeFile.write("text", to: "/dev/null")
    }
    #expect(try folder.contents == [])
}

@Test func aRelativePathIsRelativeToTheWorkingFolder() throws {
    let name = "ssrm-test-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: name) }
    try WholeFile.write("here", to: name)
    #expect(try String(contentsOf: URL(filePath: name), encoding: .utf8) == "here")
}

@Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
])
func theDigestIsThatOfFIPS180(text: String, expected: String) {
    #expect(Array(text.utf8).withUnsafeBytes { SHA256Digest.hex(of: $0) } == expected)
    var digest = SHA256Digest()
    for byte in text.utf8 { withUnsafeBytes(of: byte) { digest.update($0) } }
    #expect(digest.finish() == expected)
}

/// Writes "new" over `path` on a disk with these calls.
private func write(to path: String, _ change: (inout PendingFile.DiskCalls) -> Void) throws {
    var disk = PendingFile.DiskCalls()
    change(&disk)
    let file = try PendingFile(for: path, disk: disk)
    try Array("new".utf8).withUnsafeBytes { try file.append($0) }
    try file.commit()
}

private func failing(_ code: Int32) -> (Int32) -> Int32 {
    { _ in
        errno = code
        return -1
    }
}

@Test func whatWasBegunInAFolderIsNotPutIntoAnotherThatTookItsPlace() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.path("place"), withIntermediateDirectories: true)
    let file = try PendingFile(for: folder.path("place/file"))
    try Array("new".utf8).withUnsafeBytes { try file.append($0) }
    try FileManager.default.removeItem(atPath: folder.path("place"))
    try FileManager.default.createDirectory(atPath: folder.path("place"), withIntermediateDirectories: true)
    #expect(throws: TensorFileError.unwritable(path: folder.path("place/file"), reason: "No such file or directory")) {
        try file.commit()
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("place")).isEmpty)
}

@Test func aDiskThatDoesNotTakeTheContentLeavesWhatWasThere() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("old", to: "file")
    #expect(throws: TensorFileError.unwritable(path: path, reason: "Input/output error")) {
        try write(to: path) { $0.syncFile = failing(EIO) }
    }
    #expect(try String(contentsOf: URL(filePath: path), encoding: .utf8) == "old")
    #expect(try folder.contents == ["file"])
}

@Test(arguments: [EINVAL, ENOTSUP])
func aFolderThatCannotBeBroughtToTheDiskIsBroughtThereWithAllElse(code: Int32) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("file")
    let count = Mutex(0)
    try write(to: path) { disk in
        disk.syncFolder = failing(code)
        disk.syncFileSystem = { _ in
            count.withLock { $0 += 1 }
            return 0
        }
    }
    #expect(count.withLock { $0 } == 1)
    #expect(throws: TensorFileError.unsettled(path: path, reason: "Input/output error")) {
        try write(to: path) { ($0.syncFolder, $0.syncFileSystem) = (failing(code), failing(EIO)) }
    }
    #expect(try String(contentsOf: URL(filePath: path), encoding: .utf8) == "new")
}

@Test func aFileThatIsInItsPlaceIsNotSaidToBeUnwritten() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("old", to: "file")
    let error = try #require(
        #expect(throws: TensorFileError.self) {
            try write(to: path) { $0.syncFolder = failing(EIO) }
        })
    #expect(error == .unsettled(path: path, reason: "Input/output error"))
    #expect("\(error)".hasPrefix("\(path) is written, but its folder did not reach the disk"))
    #expect(try String(contentsOf: URL(filePath: path), encoding: .utf8) == "new")
    #expect(try folder.contents == ["file"])
}

@Test func foldersAreMadeWithThoseAboveThemAndAreNoErrorWhenTheyAreThere() throws {
    let folder = try TemporaryFolder()
    for path in ["a/b/c", "a/b/c", "a/b/../d", "a"] {
        try DurableFolder.make(folder.path(path))
        #expect(FileManager.default.fileExists(atPath: folder.path(path)))
    }
    try WholeFile.write("text", to: folder.path("file"))
    for path in ["file", "file/below"] {
        #expect(throws: TensorFileError.self) { try DurableFolder.make(folder.path(path)) }
    }
}

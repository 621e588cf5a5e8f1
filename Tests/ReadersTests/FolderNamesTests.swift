import Datasets
import Foundation
import Readers
import TestKit
import Testing

@Test func aNameThatIsNoTextInAFolderOfRecordingsIsToldOf() throws {
    let folder = try TemporaryFolder()
    let bytes = Array(folder.path("slp01a").utf8CString.dropLast()) + [CChar(bitPattern: 0xE9), 0]
    let file = open(bytes, O_WRONLY | O_CREAT, 0o600)
    try #require(file >= 0)
    close(file)
    let root = folder.path("")
    let wanted = DatasetError.unsuitable(
        path: root, reason: "the name of 'slp01a\u{FFFD}' in it is not UTF-8 text; rename it, or put it elsewhere")
    #expect(throws: wanted) { try SlpdbRecords(root: root, heartRate: [], window: 1) }
    #expect(throws: wanted) { try SleepBioradiolocation(root: root) }
}

import Foundation
import Service
import TestKit
import Testing

/// A file's whole content.
@Suite struct WholeContentTests {
    @Test func isReadAsItIs() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("some")
        for content in [Data(), Data([0, 0xFF, 10])] {
            try content.write(to: URL(filePath: path))
            #expect(wholeContent(of: path) == content)
        }
        #expect(wholeContent(of: folder.path("none")) == nil)
        #expect(wholeContent(of: folder.url.path) == nil)
        // Nobody writes there, so that it would never be read to its end.
        mkfifo(folder.path("pipe"), 0o600)
        #expect(wholeContent(of: folder.path("pipe")) == nil)
    }
}

package import Coordination
package import Foundation
package import Upstream

/// Tells somebody of the lines of a run's `metrics.jsonl` as they come; it stands behind the sinks that write the run
/// directory.
package final class MetricsFollower: RunEventSink {
    /// What there is to tell.
    package enum Part {
        /// The run begins, goes on, or goes back: the lines that there are, what `events.jsonl` has, and when this part
        /// of the run began, in seconds since 1970.
        case begin(metrics: Data, events: Data?, start: Double)
        /// Lines that came.
        case lines(Data)
    }
    private let folder: RunFolder
    private let tell: (Part) throws -> Void
    /// How many bytes of the file were told of.
    private var offset = 0
    /// When the part of the run in hand began.
    private var start = 0.0
    /// Why the last part was not taken: then all is told anew.
    private var failure: (any Error)?

    /// A follower of the run in a folder.
    ///
    /// - Parameters:
    ///   - folder: the run directory.
    ///   - tell: takes each part, on the thread that trains.
    package init(_ folder: RunFolder, tell: @escaping (Part) throws -> Void) {
        (self.folder, self.tell) = (folder, tell)
    }

    package func take(_ event: RunEvent, at time: Duration) throws {
        switch event {
        case .started, .wentBack:
            start = Date().timeIntervalSince1970 - time.seconds
            try begin()
        case .stepDone: try failure == nil ? follow() : begin()
        default: if let failure { throw failure }
        }
    }

    private func begin() throws {
        let metrics = wholeContent(of: folder.metricsFile) ?? Data()
        try tellPart(
            .begin(metrics: metrics, events: wholeContent(of: folder.eventsFile), start: start))
        offset = metrics.count
    }

    private func follow() throws {
        var status = stat()
        guard stat(folder.metricsFile, &status) == 0, Int(status.st_size) > offset,
            let file = FileHandle(forReadingAtPath: folder.metricsFile)
        else { return }
        defer { try? file.close() }
        try file.seek(toOffset: UInt64(offset))
        guard let new = try file.readToEnd(), let last = new.lastIndex(of: UInt8(ascii: "\n")) else { return }
        try tellPart(.lines(Data(new[...last])))
        offset += last + 1 - new.startIndex
    }

    private func tellPart(_ part: Part) throws {
        do {
            try tell(part)
            failure = nil
        } catch {
            failure = error
            throw error
        }
    }
}

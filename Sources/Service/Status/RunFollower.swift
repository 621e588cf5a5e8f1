import Coordination
package import Foundation
package import Upstream

/// How a run stands, over and over: what its directory tells is read on as it grows, each line once.
package final class RunFollower {
    /// What was added to the run's files since they were last read.
    package struct Growth: Sendable {
        /// Whole lines of `metrics.jsonl` and of `events.jsonl`.
        package let metrics, events: Data
        /// Whether earlier lines of the file do not count any more.
        package let areMetricsAnew, areEventsAnew: Bool

        /// Whether nothing was.
        package var isEmpty: Bool { metrics.isEmpty && events.isEmpty && !areMetricsAnew && !areEventsAnew }
    }
    /// So many lines of the metrics are enough to find one that tells of workers.
    private static let metricsKept = 50
    private let folder: RunFolder
    private var (metricsFile, eventsFile): (GrowingFile, GrowingFile)
    private var metrics: [RunMetrics] = []
    private var events: [EventLine] = []
    private var jobMark: (inode: UInt, seconds: Int, nanoseconds: Int)?
    /// The content of `job.json`; nil where there is none.
    package private(set) var jobContent: Data?
    /// The job; nil where it can't be read.
    package private(set) var job: Job?
    /// Why the job can't be read; nil where it can.
    private var jobFault: String?
    /// Why something of how the run stands can't be told; nil where all can.
    package private(set) var fault: String?

    /// Follows the run in a directory.
    package init(_ folder: RunFolder) {
        self.folder = folder
        (metricsFile, eventsFile) = (GrowingFile(folder.metricsFile), GrowingFile(folder.eventsFile))
    }

    /// Reads on.
    package func read() -> Growth {
        let (newMetrics, newEvents) = (metricsFile.read(), eventsFile.read())
        if newMetrics.isAnew { metrics = [] }
        if newEvents.isAnew { events = [] }
        let decoder = JSONDecoder()
        let last = newMetrics.lines.split(separator: UInt8(ascii: "\n")).suffix(Self.metricsKept)
        metrics += last.compactMap { try? RunMetrics(line: $0) }
        metrics.removeFirst(max(0, metrics.count - Self.metricsKept))
        events += newEvents.lines.split(separator: UInt8(ascii: "\n")).compactMap {
            try? decoder.decode(EventLine.self, from: $0)
        }
        readJob()
        fault = jobFault ?? folder.faultOfEventsFile
        return Growth(
            metrics: newMetrics.lines, events: newEvents.lines, areMetricsAnew: newMetrics.isAnew,
            areEventsAnew: newEvents.isAnew)
    }

    private func readJob() {
        var status = stat()
        guard stat(folder.jobFile, &status) == 0 else {
            (jobContent, job, jobMark) = (nil, nil, nil)
            jobFault = folder.faultOfJobFile
            return
        }
        let mark = (UInt(status.st_ino), status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
        if let jobMark, jobMark == mark { return }
        (jobContent, jobMark) = (wholeContent(of: folder.jobFile), mark)
        do throws(ServiceError) {
            (job, jobFault) = (try folder.job(in: jobContent), nil)
        } catch {
            (job, jobFault) = (nil, folder.faultOfJobFile ?? error.description)
        }
    }

    /// How the run stands by what was read; nil where its job can't be read.
    package func status(at now: Date) -> RunStatus? {
        job.map { RunStatus(of: folder, job: $0, events: events, metrics: metrics, at: now) }
    }
}

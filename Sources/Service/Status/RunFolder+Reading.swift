import Foundation
import Upstream

extension RunFolder {
    /// Why a run's job can't be read; nil where it can.
    var faultOfJobFile: String? {
        if access(jobFile, F_OK) != 0, [ENOENT, ENOTDIR].contains(errno) {
            return "\(path): no job.json there; is it a run directory?"
        }
        return Self.fault(ofFile: jobFile)
    }

    /// The job that the content of `jobFile` is a record of.
    ///
    /// - Throws: `ServiceError` where it can't be read, or there is none.
    func job(in content: Data?) throws(ServiceError) -> Job {
        struct Record: Decodable { let job: Job }
        do {
            let job = try JSONDecoder().decode(Record.self, from: content ?? Data()).job
            try job.validate()
            return job
        } catch {
            throw ServiceError("\(jobFile) can't be read; was it altered, or written by another version of ssrm?")
        }
    }

    /// Why what happened in a run can't be read; nil where it can, or no file tells.
    var faultOfEventsFile: String? { Self.fault(ofFile: eventsFile) }

    /// Why a file that tells of the run can't be read; nil where those that are there can.
    package var faultOfFiles: String? {
        [jobFile, metricsFile, eventsFile].lazy.compactMap { Self.fault(ofFile: $0) }.first
    }

    private static func fault(ofFile path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor >= 0 {
            close(descriptor)
            return nil
        }
        switch errno {
        case ENOENT, ENOTDIR: return nil
        case EACCES, EPERM:
            return "\(path): this user may not read it; ask whoever started the run, or look as that user"
        default: return "\(path) can't be read: \(String(cString: strerror(errno)))"
        }
    }
}

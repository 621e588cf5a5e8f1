import Foundation
import TestKit
import Testing

/// The processes of one test, wherever they were started from: all have a variable of its own in their environment.
struct MarkedProcesses {
    /// What to put into the environment of the first process.
    let variable = "SSRM_TEST_MARK"
    let value = UUID().uuidString

    var environment: [String: String] { [variable: value] }

    /// The numbers of those that run now.
    var pids: [Int32] {
        let mark = Data("\(variable)=\(value)\0".utf8)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap(Int32.init).filter { pid in
            // A process that has ended, or that is another user's, has nothing to read.
            guard let handle = FileHandle(forReadingAtPath: "/proc/\(pid)/environ") else { return false }
            return ((try? handle.readToEnd()) ?? nil)?.range(of: mark) != nil
        }
    }

    /// The commands of those that still run after a minute; none when all have ended.
    func left() -> [String] {
        let deadline = Date(timeIntervalSinceNow: 60)
        var pids = pids
        while !pids.isEmpty, Date() < deadline {
            Thread.sleep(forTimeInterval: 0.1)
            pids = self.pids
        }
        return commands.map { "\($0.key): \($0.value)" }
    }

    /// The command lines of those that run now, by number.
    var commands: [Int32: String] {
        Dictionary(
            uniqueKeysWithValues: pids.map { pid in
                let line = FileHandle(forReadingAtPath: "/proc/\(pid)/cmdline")?.readDataToEndOfFile() ?? Data()
                return (pid, String(decoding: line, as: UTF8.self).replacing("\0", with: " "))
            })
    }

    /// Sends a signal to one that runs a command of the program.
    func signal(_ number: Int32, toOne command: String) throws {
        let process = try #require(commands.first { $0.value.hasPrefix("\(ProgramRun.ssrm) \(command) ") })
        kill(process.key, number)
    }

    /// Ends those that a failed test left.
    func endAll() {
        for pid in pids { kill(pid, SIGKILL) }
    }
}

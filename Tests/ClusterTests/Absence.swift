import Foundation
import TestKit

/// Why tests that need real servers are skipped on this machine; nil when they can run.
enum Absence {
    static let ofSSH = ofPrograms(["/usr/sbin/sshd", "/usr/bin/ssh", "/usr/bin/ssh-keygen"])

    static let ofSlurm: String? = {
        let programs = ["/usr/sbin/slurmctld", "/usr/sbin/slurmd", "/usr/sbin/munged", "/usr/bin/sbatch"]
        if let absence = ofPrograms(programs) { return absence }
        let namespaces = ["--uts", "--mount", "--pid", "--fork", "--mount-proc", "hostname", "node1"]
        let tried = try? ProgramRun(namespaces, program: "/usr/bin/unshare").result(seconds: 10)
        return tried?.status == 0 ? nil : "no right to make namespaces (run as root): Slurm's nodes need them"
    }()

    private static func ofPrograms(_ programs: [String]) -> String? {
        let absent = programs.filter { !FileManager.default.isExecutableFile(atPath: $0) }
        if absent.isEmpty { return nil }
        return "no \(absent.joined(separator: ", ")): Scripts/setup --with-cluster installs it"
    }
}

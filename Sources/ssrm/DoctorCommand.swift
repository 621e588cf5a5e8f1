import ArgumentParser
import Service

/// `ssrm doctor`: what this machine has, and what will not work here.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Tells what this machine has and what will not work, with what to do about it.",
        discussion: """
            Looks at processor, memory, limits, clock and libraries, and computes a little whose digest is the same on every \
            processor. Run it where the work will run: in the container, the batch job, the ssh session. The exit code is 1 \
            where something will not work.

            Example:
              ssrm doctor
              ssh lab2 ssrm doctor
            """)

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let diagnosis = Diagnosis(of: .ofThisMachine, version: SSRM.configuration.version)
        if json {
            try printJSON(diagnosis)
        } else {
            print("ssrm \(diagnosis.version) on \(diagnosis.host)")
            let width = diagnosis.findings.map(\.name.count).max() ?? 0
            for finding in diagnosis.findings {
                let mark =
                    switch finding.standing {
                    case .fine: "  "
                    case .note: "- "
                    case .fault: "! "
                    }
                print(mark + finding.name.padding(toLength: width + 2, withPad: " ", startingAt: 0) + finding.found)
                if let advice = finding.advice { print(String(repeating: " ", count: width + 4) + advice) }
            }
            let faults = diagnosis.findings.count { $0.standing == .fault }
            print(
                faults == 0
                    ? "everything works here" : "\(faults) thing\(faults == 1 ? "" : "s") will not work (marked with !)"
            )
        }
        if !diagnosis.works { throw ExitCode(1) }
    }
}

/// The names by which people know workers, like `lab1:4711`: the machine's, a colon and the process's number.
package enum WorkerName {
    /// The name of a process of a machine.
    package static func of(process: Int32, on machine: String) -> String { "\(machine):\(process)" }

    /// The machine of a worker by its name, without its key's label, as several keys may be used on one; the whole
    /// name where it is of another form.
    package static func machine(of worker: String) -> String {
        let label = party(of: worker)
        let worker =
            label == worker ? worker : String(decoding: worker.utf8.dropFirst(label.utf8.count + 1), as: UTF8.self)
        guard let colon = worker.lastIndex(of: ":"), worker[worker.index(after: colon)...].allSatisfy(\.isNumber) else {
            return worker
        }
        return String(worker[..<colon])
    }

    /// What the machine of these workers is called: with their key's label, where all have the same one.
    package static func machine(ofAll workers: some Collection<String>) -> String {
        guard let first = workers.first else { return "" }
        let (machine, label) = (machine(of: first), party(of: first))
        return label != first && workers.allSatisfy { party(of: $0) == label } ? "\(label)/\(machine)" : machine
    }

    /// Whose word a worker's is where names come with keys: of `lab1/lab1:4711` the key's label; the whole name of a
    /// worker that needs none.
    static func party(of worker: String) -> String {
        // By bytes: a mark that begins a name makes one character of itself and the stroke before it.
        worker.utf8.firstIndex(of: UInt8(ascii: "/")).map { String(decoding: worker.utf8[..<$0], as: UTF8.self) }
            ?? worker
    }
}

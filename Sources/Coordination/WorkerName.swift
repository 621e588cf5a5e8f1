/// The names by which people know workers, like `lab1:4711`: the machine's, a colon and the process's number.
package enum WorkerName {
    /// The name of a process of a machine.
    package static func of(process: Int32, on machine: String) -> String { "\(machine):\(process)" }

    /// The machine of a worker by its name; the whole name where it is of another form.
    package static func machine(of worker: String) -> String {
        guard let colon = worker.lastIndex(of: ":"), worker[worker.index(after: colon)...].allSatisfy(\.isNumber) else {
            return worker
        }
        return String(worker[..<colon])
    }

    /// Whose word a worker's is where names come with keys: of `lab1/lab1:4711` the key's label; the whole name of a
    /// worker that needs none.
    static func party(of worker: String) -> String {
        // By bytes: a mark that begins a name makes one character of itself and the stroke before it.
        worker.utf8.firstIndex(of: UInt8(ascii: "/")).map { String(decoding: worker.utf8[..<$0], as: UTF8.self) }
            ?? worker
    }
}

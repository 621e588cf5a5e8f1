import CLinux
import Foundation

/// How many files, sockets and the like this process may have open.
package enum Descriptors {
    /// Raises the limit as far as that goes without rights.
    package static func raiseLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        // Some containers allow a thousand million, and whoever goes through all of them never ends.
        limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, 1 << 20))
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// How many more it may have open now; no more than `count` are looked for.
    ///
    /// - Throws: when there are less than `required`; ZeroMQ would end the process.
    package static func free(upTo count: Int, required: Int) throws(SocketError) -> Int {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? Int(limit.rlim_cur)
        let free = max(0, Int(clamping: limit.rlim_cur) - open)
        guard free >= required else { throw SocketError(call: "ulimit", operand: "\(required)", code: EMFILE) }
        return min(free, count)
    }
}

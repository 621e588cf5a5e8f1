package import Foundation

/// What a machine has that bears on the program: a value, which is judged elsewhere.
package struct MachineFacts: Sendable {
    /// A library and its version.
    package struct Library: Encodable, Equatable, Sendable {
        /// What it is called.
        package let name: String
        /// Its version.
        package let version: String

        /// A library.
        package init(_ name: String, _ version: String) { (self.name, self.version) = (name, version) }
    }

    /// The host's name, and its kernel's version.
    package var (host, kernel) = ("", "")
    /// What its processors are called, and the instructions that products choose there.
    package var (processor, products) = ("", "")
    /// Why there are no products in bfloat16, or what is to be said of them; nil for nothing.
    package var halfProducts: String?
    /// Processors that are switched on, and how many of them this process may use.
    package var (onlineProcessors, allowedProcessors) = (1, 1)
    /// Processors' time that control groups leave it; nil where they limit nothing.
    package var processorTime: Double?
    /// Bytes of the machine's memory, of what control groups leave, and of what is free now.
    package var (memory, memoryLimit, availableMemory) = (0, 0, 0)
    /// Why processes can't share memory; nil where they can.
    package var sharedMemoryFault: String?
    /// Bytes of `/dev/shm` and of what is free there; nil where there is none.
    var sharedFolder: (bytes: Int, free: Int)?
    /// Files that may be open, and how many could be without more rights.
    package var descriptors = 0
    /// Bytes that a file may have, nil without a limit; bytes of addresses, likewise.
    package var fileSizeLimit, addressLimit: Int?
    /// Seconds of processor time that a process may take, likewise.
    package var processorLimit: Int?
    /// What the clock says.
    package var time = Date()
    /// What the kernel reads it from, and how many nanoseconds it takes.
    package var (clockSource, clockNanoseconds) = ("", 0.0)
    /// Why nothing on this machine can be reached over its loopback interface; nil where it can.
    package var loopbackFault: String?
    /// Whether the library that carries messages can encrypt them.
    package var hasKeys = true
    /// The libraries.
    package var libraries: [Library] = []
    /// What the test of the numerics gave, and what it gives on every processor.
    package var (digest, expectedDigest) = ("", "")

    /// A machine of which nothing is known.
    package init() {}
}

/// A setting whose value makes no sense: what every `validate()` throws.
public struct SettingFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// The setting under its name in preset files, like `learning_rate`.
    public let name: String
    /// The value that it has.
    public let value: String
    /// What it may be, to follow "use".
    public let wanted: String

    /// A fault of the setting called `name`.
    public init(_ name: String, _ value: Any, wanted: String) {
        (self.name, self.value, self.wanted) = (name, "\(value)", wanted)
    }

    /// The one line that a person reads.
    public var description: String { "\(name) is \(value): use \(wanted)" }

    /// The same fault of a setting in a section of a file, like `upstream.learning_rate`.
    public func inSection(_ section: String) -> SettingFault {
        SettingFault("\(section).\(name)", value, wanted: wanted)
    }

    /// Refuses a value for which `holds` is false.
    ///
    /// - Throws: `SettingFault`.
    public static func check(
        _ holds: Bool, _ name: String, _ value: Any, _ wanted: String
    ) throws(SettingFault) {
        guard holds else { throw SettingFault(name, value, wanted: wanted) }
    }

    /// Refuses a number that is not above 0 as the 32-bit float that it is computed with: 1e-60 would be 0, 1e60
    /// infinite.
    ///
    /// - Throws: `SettingFault`.
    public static func checkPositive(_ name: String, _ value: Double) throws(SettingFault) {
        try check(
            Float(value) >= .leastNormalMagnitude && Float(value).isFinite, name, value,
            "a number above 0, from 1e-37 to 3e38")
    }
}

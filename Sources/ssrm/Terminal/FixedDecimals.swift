import Numerics

/// A number with a fixed count of decimals, whatever the machine's language.
func fixed(_ value: Double, _ decimals: Int) -> String { String(value, decimals: decimals) }

/// The same, a dash for one that is not defined.
func fixed(_ value: Double?, _ decimals: Int) -> String { value.map { fixed($0, decimals) } ?? "–" }

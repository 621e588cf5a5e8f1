import Foundation

/// A number with a fixed count of decimals, whatever the machine's language.
func fixed(_ value: Double, _ decimals: Int) -> String {
    String(format: "%.\(decimals)f", locale: Locale(identifier: "en_US_POSIX"), value)
}

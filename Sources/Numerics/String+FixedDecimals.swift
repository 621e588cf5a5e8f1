import Foundation

extension String {
    /// A number with a fixed count of decimals and a point before them, whatever the machine's language.
    ///
    /// The C library writes it, some twenty times as fast as Foundation's `String(format:locale:_:)` does: a page of
    /// a report is mostly numbers. Its locale is "C", as this program never sets another.
    public init(_ value: Double, decimals: Int) {
        // The largest double has 309 digits before its point.
        self = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 320 + decimals) { text in
            let count = withVaList([value]) { vsnprintf(text.baseAddress, text.count, "%.\(decimals)f", $0) }
            return String(decoding: text[..<Int(count)].lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}

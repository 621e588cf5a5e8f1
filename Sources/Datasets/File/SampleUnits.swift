/// What can be said of two datasets' units.
public enum SampleUnits {
    /// The first value whose unit differs, where both sides know it.
    ///
    /// - Parameters:
    ///   - first: one side's units, as in `Dataset.units`: one a kind of value, or one of all; empty, or an empty text
    ///     among them, where the unit is not known.
    ///   - second: the other side's.
    ///   - content: what the values are, where there are names for them.
    /// - Returns: the value with its unit there and here, like `hr in 1/min` and `hr in 1/s`; nil when nothing differs.
    public static func difference(
        between first: [String], and second: [String], of content: [String]
    ) -> (first: String, second: String)? {
        for (place, (one, other)) in zip(first, second).enumerated() where one != other {
            if one.isEmpty || other.isEmpty { continue }
            let name = content.indices.contains(place) ? content[place] : "values"
            return ("\(name) in \(one)", "\(name) in \(other)")
        }
        return nil
    }

    /// The first value whose unit only one side knows, where that is not 1.
    ///
    /// - Parameters:
    ///   - known: the units of the side that knows it, as in `Dataset.units`.
    ///   - units: the other side's.
    ///   - content: what the values are, where there are names for them.
    /// - Returns: the value with its unit, like `hr in 1/min`; nil where the other side knows all.
    public static func unknown(of known: [String], in units: [String], of content: [String]) -> String? {
        for (place, unit) in known.enumerated() where !unit.isEmpty && unit != "1" {
            if units.indices.contains(place), !units[place].isEmpty { continue }
            return "\(content.indices.contains(place) ? content[place] : "values") in \(unit)"
        }
        return nil
    }
}

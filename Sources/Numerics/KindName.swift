/// The name of a kind among its settings: `kind` in their JSON.
public enum KindName {
    private enum Key: String, CodingKey { case kind }

    /// The name that stands there.
    ///
    /// - Throws: `DecodingError` where there is none.
    public static func read(from decoder: any Decoder) throws -> String {
        try decoder.container(keyedBy: Key.self).decode(String.self, forKey: .kind)
    }

    /// Puts a name beside what was encoded already.
    public static func write(_ name: String, to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(name, forKey: .kind)
    }
}

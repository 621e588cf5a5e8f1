/// What a command found, as one object, with the file that it wrote.
struct Written<Figures: Encodable>: Encodable {
    let file: String
    var digest: String?
    let figures: Figures

    private enum CodingKeys: String, CodingKey { case file, digest }

    func encode(to encoder: any Encoder) throws {
        try figures.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(file, forKey: .file)
        try container.encodeIfPresent(digest, forKey: .digest)
    }
}

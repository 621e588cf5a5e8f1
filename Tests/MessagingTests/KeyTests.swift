import Messaging
import Testing

@Test func aKeyPairIsTheSameAgainFromItsText() throws {
    let pair = try KeyPair()
    let again = try #require(try KeyPair(secretText: pair.secretText))
    #expect(again.publicKey == pair.publicKey && again.secretText == pair.secretText)
    #expect(PublicKey(text: pair.publicKey.text.uppercased()) == pair.publicKey)
    #expect(try KeyPair().publicKey != pair.publicKey)
    #expect(!"\(pair)".contains(pair.secretText))
}

@Test(arguments: ["", "00", "zz", String(repeating: "0", count: 63), String(repeating: "0", count: 66), "é"])
func whatIsNoKeyIsNone(text: String) throws {
    #expect(PublicKey(text: text) == nil)
    #expect(try KeyPair(secretText: text) == nil)
}

@Test func aListHasEachKeyAndEachLabelOnce() throws {
    let keys = try (0..<3).map { _ in try KeyPair().publicKey }
    var list = AuthorizedKeys()
    try list.add(keys[0], label: "mill")
    try list.add(keys[0], label: "mill")
    #expect(throws: AuthorizedKeys.Fault.labelTaken("mill")) { try list.add(keys[1], label: "mill") }
    #expect(throws: AuthorizedKeys.Fault.keyTaken(label: "mill")) { try list.add(keys[0], label: "oven") }
    try list.add(keys[1], label: "oven")
    #expect(try AuthorizedKeys(parsing: "# who may come\n\n" + list.text + "  # the end") == list)
    #expect(list.remove(label: "mill") && !list.remove(label: "mill"))
    #expect(list.labels == [keys[1]: "oven"])
}

@Test func aLineThatIsNoneIsNamed() throws {
    let key = try KeyPair().publicKey.text
    let lines: [(String, AuthorizedKeys.Fault)] = [
        ("ssrm-public \(key) a b", .notALine(2)), ("ssrm-public \(key)", .notALine(2)), ("\(key) a", .notALine(2)),
        ("ssrm-secret \(key) a", .secret(2)), ("ssrm-public \(key) a/b", .badLabel("a/b")),
        ("ssrm-public \(key) \(String(repeating: "a", count: 65))", .badLabel(String(repeating: "a", count: 65))),
    ]
    for (line, fault) in lines {
        #expect(throws: fault) { try AuthorizedKeys(parsing: "\n" + line + "\n") }
    }
}

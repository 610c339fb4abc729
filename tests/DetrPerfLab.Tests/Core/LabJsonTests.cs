using System.Text.Json;

namespace DetrPerfLab.Tests.Core;

public class LabJsonTests
{
    static readonly JsonSerializerOptions s_strict = new(LabJson.Options) { RespectRequiredConstructorParameters = true, AllowDuplicateProperties = false };

    [Theory]
    [InlineData("{\"name\": \"a\", \"values\": 5}", "a value of another kind at $.values, line 1, byte 25")]
    [InlineData("{\"name\": \"a\",\n \"values\": [1, \"x\"]}", "a value of another kind at $.values[1], line 2, byte 18")]
    [InlineData("{\"values\": [1]}", "missing 'name'")]
    [InlineData("{\"name\": null, \"values\": [1]}", "a value of another kind")]
    [InlineData("{\"name\": \"a\", \"name\": \"b\", \"values\": [1]}", "Duplicate property 'name'")]
    [InlineData("{\"name\": ", "end of the JSON")]
    [InlineData("", "does not contain any JSON tokens")]
    [InlineData("[1]", "a value of another kind at $, line 1, byte 1")]
    [InlineData("{\"name\": \"a\", \"values\": [1], \"sides\": {\"a b\": \"x\"}}", "a value of another kind at $.sides['a b'], line 1, byte ")]
    public void ProblemOf_DamagedFile_SaysWhatAndWhereWithoutTypesOfOurs(string json, string expected)
    {
        var problem = LabJson.ProblemOf(Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Thing>(json, s_strict)));
        Assert.Contains(expected, problem);
        Assert.DoesNotContain("DetrPerfLab", problem);
        Assert.DoesNotContain("System.", problem);
        Assert.DoesNotContain("BytePosition", problem);
    }

    sealed record Thing(string Name, IReadOnlyList<int> Values)
    {
        public Dictionary<string, int> Sides { get; init; } = [];
    }
}

namespace DetrPerfLab.Tests.Vision;

public sealed class ClassNamesTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("cat\r\ndog\r\n\r\n", null, "0=cat 1=dog")]
    [InlineData("\uFEFF猫\nпёс", 2, "0=猫 1=пёс")]
    [InlineData("[\"cat\", \"dog\"]", 2, "0=cat 1=dog")]
    [InlineData("{\"1\": \"cat\", \"3\": \"dog\"}", 5, "1=cat 3=dog")]
    [InlineData("{\"id2label\": {\"0\": \"cat\"}}", null, "0=cat")]
    [InlineData("{\"categories\": [{\"id\": 9, \"name\": \"dog\"}, {\"id\": 5.0, \"name\": \"cat\"}]}", 2, "0=cat 1=dog")] // in the order of their ids
    [InlineData("{\"categories\": [{\"id\": 9, \"name\": \"dog\"}, {\"id\": 5, \"name\": \"cat\"}]}", 10, "5=cat 9=dog")] // room for the ids themselves
    public void Read_FormsThatPeopleHave_AreUnderstood(string text, int? classes, string expected)
    {
        File.WriteAllText(_folder.File("names"), text);
        Assert.Equal(expected, string.Join(' ', ClassNames.Read(_folder.File("names"), classes).OrderBy(n => n.Key).Select(n => $"{n.Key}={n.Value}")));
    }

    [Theory]
    [InlineData("", "holds no class names")]
    [InlineData("[1, 2]", "other values than expected")]
    [InlineData("{\"a\": \"b\"}", "other values than expected")]
    [InlineData("{\"9999999\": \"b\"}", "other values than expected")]
    [InlineData("[\"a\"", "holds no class names")]
    [InlineData("a\nb\nc", "names 3 classes (labels 0 to 2), the model has 2")]
    [InlineData("a", "names 1 classes (labels 0 to 0), the model has 2")]
    public void Read_OtherFiles_AreRefused(string text, string expected)
    {
        File.WriteAllText(_folder.File("names"), text);
        var refused = Assert.Throws<LabException>(() => ClassNames.Read(_folder.File("names"), 2));
        Assert.Equal(ExitCode.BadInput, refused.ExitCode);
        Assert.Contains(expected, refused.Message);
    }

    [Fact]
    public void Read_BytesThatAreNoText_AreRefused()
    {
        File.WriteAllBytes(_folder.File("names"), [0x61, 0xFF, 0xFE]);
        Assert.Contains("no text in UTF-8", Assert.Throws<LabException>(() => ClassNames.Read(_folder.File("names"), null)).Message);
    }
}

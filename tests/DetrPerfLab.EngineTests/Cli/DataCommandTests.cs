using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Cli;

/// <summary>Against a server on the loopback interface that has labels of COCO's size and small pictures.</summary>
public sealed class DataCommandTests : IDisposable
{
    const int Images = 5000, Objects = 36781;

    readonly TempFolder _folder = new();
    readonly HttpListener _server = new();
    readonly string _url = $"http://127.0.0.1:{FreePort()}/";
    readonly byte[] _archive = Archive();
    readonly List<string> _asked = [];
    int _failAfter = int.MaxValue;
    bool _otherPicture;

    public DataCommandTests()
    {
        _server.Prefixes.Add(_url);
        _server.Start();
        _ = Task.Run(Serve);
    }

    public void Dispose()
    {
        _server.Close();
        _folder.Dispose();
    }

    [Fact]
    public void Fetch_SomeImages_AreADataSetSpreadOverTheIds()
    {
        var run = Fetch();
        Assert.True(run.ExitCode == 0, run.Error);
        var data = CocoDataset.Open(_folder.File("coco"));
        Assert.Equal([0, 1250, 2500, 3750], Directory.EnumerateFiles(_folder.File("coco/images")).Select(f => int.Parse(Path.GetFileNameWithoutExtension(f))).Order());
        Assert.Equal(4, data.Truth.ImageCount);
        Assert.Contains("detrlab eval --model detr-r50 --coco", run.Output);
        var asked = _asked.Count;
        Assert.Equal(0, Fetch().ExitCode);
        Assert.Equal(asked, _asked.Count); // all is there
    }

    [Fact]
    public void Fetch_Interrupted_GoesOnWithWhatIsMissing()
    {
        _failAfter = 3; // labels and two images
        Assert.Equal(3, Fetch().ExitCode);
        Assert.False(File.Exists(_folder.File("coco/instances.json")));
        // Two at most: one that was under way when another failed is fetched again.
        string[] whole = [.. Directory.EnumerateFiles(_folder.File("coco/images"), "*.jpg").Select(f => Path.GetFileName(f))];
        Assert.InRange(whole.Length, 0, 2);
        _failAfter = int.MaxValue;
        _asked.Clear();
        Assert.Equal(0, Fetch().ExitCode);
        Assert.DoesNotContain(_asked, a => a.EndsWith(".zip") || whole.Contains(Path.GetFileName(a)));
        Assert.Equal(4 - whole.Length, _asked.Count);
    }

    [Fact]
    public void Fetch_ImageOfAnotherSizeThanItsLabels_IsRefusedAndDeleted()
    {
        _otherPicture = true;
        var run = Fetch();
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("its labels were made for 12x16", run.Error);
        Assert.Empty(Directory.EnumerateFiles(_folder.File("coco/images"), "*.jpg")); // parts of others may lie there, to go on with
    }

    [Theory]
    [InlineData("coco-val2014", "--images", "4")]
    [InlineData("coco-val2017", "--images", "0")]
    [InlineData("coco-val2017", "--url", "ftp://x")]
    public void Fetch_WrongUse_IsSaid(params string[] args) => Assert.Equal(2, CliRun.Of(["data", "fetch", .. args]).ExitCode);

    CliRun Fetch() => CliRun.Of("data", "fetch", "coco-val2017", "--images", "4", "--out", _folder.File("coco"), "--url", _url);

    async Task Serve()
    {
        var picture = Picture(12);
        while (_server.IsListening)
        {
            HttpListenerContext context;
            try { context = await _server.GetContextAsync(); }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException) { return; }
            var path = context.Request.Url!.AbsolutePath;
            lock (_asked) { _asked.Add(path); }
            var body = path.EndsWith(".zip") ? _archive : _otherPicture ? Picture(13) : picture;
            if (_asked.Count > _failAfter) { context.Response.StatusCode = 404; }
            else
            {
                context.Response.Headers["ETag"] = $"\"{Convert.ToHexStringLower(MD5.HashData(body))}\""; // as object stores do
                await context.Response.OutputStream.WriteAsync(body);
            }

            context.Response.Close();
        }
    }

    static byte[] Picture(int height)
    {
        var image = new RgbImage();
        image.Resize(new(height, 16));
        return ImageWriter.Jpeg(image, 90);
    }

    static byte[] Archive()
    {
        var json = new StringBuilder("{\"info\": {}, \"images\": [");
        json.AppendJoin(',', Enumerable.Range(0, Images).Select(i => $$"""{"id": {{i}}, "file_name": "{{i:D12}}.jpg", "width": 16, "height": 12}"""));
        json.Append("], \"annotations\": [").AppendJoin(',', Enumerable.Range(0, Objects).Select(i => $$"""{"id": {{i + 1}}, "image_id": {{i % Images}}, "category_id": {{(i % 80) + 1}}, "bbox": [1, 1, 4, 4], "area": 16, "iscrowd": 0}"""));
        json.Append("], \"categories\": [").AppendJoin(',', Enumerable.Range(1, 80).Select(i => $$"""{"id": {{i}}, "name": "c{{i}}"}""")).Append("]}");
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("annotations/instances_val2017.json").Open();
            entry.Write(Encoding.UTF8.GetBytes(json.ToString()));
        }

        return stream.ToArray();
    }

    static int FreePort()
    {
        var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        try { return ((IPEndPoint)listener.LocalEndpoint).Port; }
        finally { listener.Stop(); }
    }
}

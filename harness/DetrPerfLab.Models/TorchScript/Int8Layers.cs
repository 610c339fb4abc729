namespace DetrPerfLab.Models;

/// <summary>Layers of a model in 8 bits, as a calibration of its exported graph found them. What has no entry stays float.</summary>
/// <param name="Filters">By the layer's name in the graph, for example <c>backbone.layer1.0.conv1</c>.</param>
/// <param name="Values">What a layer reads or gives, by the value's name in the graph, for example <c>backbone.layer1.0.conv1.relu</c>.</param>
public sealed record Int8Layers(IReadOnlyDictionary<string, Int8Filter> Filters, IReadOnlyDictionary<string, Int8Value> Values);

/// <summary>Row-major codes [outputs, inputs] or [outputs, inputs, rows, columns]; weight = code * the scale of its output. The bias is in units of the result.</summary>
public sealed record Int8Filter(sbyte[] Codes, float[] Scales, float[] Bias);

/// <summary>A value in unsigned 8 bits: value = (code - ZeroPoint) * Scale.</summary>
public readonly record struct Int8Value(float Scale, int ZeroPoint);

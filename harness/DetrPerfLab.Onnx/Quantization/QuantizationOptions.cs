using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace DetrPerfLab.Onnx;

/// <summary>Options that dynamic and static quantisation share. Written into the file's metadata.</summary>
public record QuantizationOptions
{
    public QuantizationPlan Plan { get; init; } = QuantizationPlan.Mixed;
    public bool PerChannel { get; init; } = true;

    /// <summary>7-bit weights, for machines whose u8*s8 products saturate in 16 bits. Default: as this machine needs.</summary>
    /// <remarks>AVX-512 VNNI, AVX VNNI and ARM's dot product multiply into 32-bit sums; without them products are added in pairs in 16 bits.</remarks>
    public bool ReduceRange { get; init; } = !(Dp.IsSupported || AvxVnni.IsSupported || s_hasAvx512Vnni);

    // CPUID leaf 7, ECX bit 11. Intel SDM vol. 2A, table 3-8.
    static readonly bool s_hasAvx512Vnni = Avx512F.IsSupported && X86Base.CpuId(0, 0).Eax >= 7 && (X86Base.CpuId(7, 0).Ecx & (1 << 11)) != 0;
}

/// <summary>Options of static quantisation.</summary>
public sealed record StaticOptions : QuantizationOptions
{
    /// <summary>Type of the activations. ONNX Runtime fuses uint8 everywhere; int8 only on ARM, on x86 it leaves part of the pairs unfused.</summary>
    public QuantizedType ActivationType { get; init; } = QuantizedType.UInt8;

    /// <summary>Zero point in the middle instead of where the range needs it. A tensor after ReLU stays one-sided, so that the node still vanishes.</summary>
    public bool SymmetricActivations { get; init; }

    /// <summary>A file for TensorRT, which takes int8 codes with zero point 0 alone and adds biases in float. The two options above count no more.</summary>
    /// <remarks>Source: onnxruntime.ai, TensorRT execution provider, explicit quantisation; NVIDIA TensorRT, ONNX operator support, QuantizeLinear.</remarks>
    public bool ForTensorRt { get; init; }

    public CalibrationMethod Calibration { get; init; } = CalibrationMethod.MinMax;

    /// <summary>Share of the values that <see cref="CalibrationMethod.Percentile"/> keeps, per cent: by default 0.01 % are cut at each end.</summary>
    /// <remarks>
    /// For activations of one sign that is the 99.99 % of Wu et al., "Integer quantization for deep learning inference", 2020, table 5. With photographs it was the best of
    /// 99.5 to 100 on DEIMv2-Atto, whose neck has rare activations that are several times larger than all others.
    /// </remarks>
    public double Percentile
    {
        get;
        init => field = value is > 50 and <= 100 ? value : throw LabError.OutOfRange(value, "above 50, at most 100");
    } = 99.98;
}

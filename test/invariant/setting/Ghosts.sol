// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Witness} from "../Witness.sol";
import {System} from "./System.sol";

/// @notice What a campaign remembers by itself: who there is, what was seen to move, and what went wrong. Figures come
/// from what was passed in and from token balances, not from the contract whose books they are compared with.
abstract contract Ghosts is Witness {
    /// @notice One write-off as it was seen from outside. Asset units.
    struct WriteOff {
        address debtor;
        uint256 collateral;
        // The layers of the stack when its number was taken.
        bool hasUnreliable;
        bool hasFund;
        bool hasDilution;
        // What each layer was seen to pay.
        uint256 badDebt;
        uint256 reserves;
        uint256 insurance;
        uint256 unreliable;
        uint256 bids;
        uint256 socialized;
        // What came back: from sales, and from outside to each layer; `returned` went on from dilution.
        uint256 proceeds;
        uint256 recovered;
        uint256 toLenders;
        uint256 toDilution;
        uint256 toInsurance;
        uint256 toUnreliable;
        uint256 toReserves;
        uint256 returned;
        // Tokens of its lot, and of standing bids.
        uint256 minted;
        uint256 bidTokens;
        uint256 burnt;
    }

    /// @notice What is set apart for an impaired debt, as it was seen to leave the others. Asset units.
    struct SetApart {
        uint256 reserves;
        uint256 earmarked;
        uint256 charged;
    }

    /// @notice Something taken out of a leaky bucket, and when.
    struct Draw {
        uint256 at;
        uint256 quantity;
        uint256 id;
    }

    /// @notice One loss that holders of shares were charged.
    struct Charge {
        uint256 assets;
        uint256 shares;
        uint256 received;
        uint256 claimed;
    }

    System internal _system;

    address[4] internal _lenders;
    address[3] internal _borrowers;
    address[2] internal _liquidators;
    address[3] internal _stakers;
    address[2] internal _buyers;
    address[3] internal _underwriters;
    address internal _donor = _named("donor");

    WriteOff[] internal _writeOffs;
    mapping(address borrower => mapping(uint256 collateral => uint256[])) internal _idsOf;
    /// @dev Since when the position has owed something without a break, seconds.
    mapping(address borrower => mapping(uint256 collateral => uint256)) internal _owingSince;
    mapping(address borrower => mapping(uint256 collateral => uint256)) internal _collateralOf;
    mapping(address borrower => mapping(uint256 collateral => uint256)) internal _principalOf;

    /// @dev Number under which a position's expected loss is provisioned; zero if it is not.
    mapping(address borrower => mapping(uint256 collateral => uint256 id)) internal _impairedId;
    mapping(uint256 id => SetApart) internal _setApart;
    /// @dev Tokens minted, and assets drawn from the fund, by when they were drawn.
    Draw[] internal _mints;
    Draw[] internal _fundDraws;

    /// @dev Epochs that each number has charged, and what must have become claimable for it and is not booked yet.
    mapping(address share => mapping(uint256 id => uint256[])) internal _epochsOf;
    mapping(address share => mapping(uint256 id => uint256)) internal _expected;
    /// @dev Charges by share (vault or fund) and epoch, who held then, and what each has claimed.
    mapping(address share => mapping(uint256 epoch => Charge)) internal _charges;
    mapping(address share => uint256[]) internal _chargedEpochs;
    mapping(address share => mapping(uint256 epoch => mapping(address account => uint256))) internal _heldAt;
    mapping(address share => mapping(uint256 epoch => mapping(address account => uint256))) internal _claimedBy;
    mapping(address share => mapping(address account => uint256)) internal _sharesOf;

    /// @dev Tokens that reached a contract without a call, by token.
    mapping(address holder => mapping(address token => uint256)) internal _donated;

    uint256 internal _extinguishedDebt;
    uint256 internal _repaidInWriteOffs;

    constructor(System memory deployed) {
        _system = deployed;
        for (uint256 i; i < 4; ++i) _lenders[i] = _named(string.concat("lender", vm.toString(i)));
        for (uint256 i; i < 3; ++i) _borrowers[i] = _named(string.concat("borrower", vm.toString(i)));
        for (uint256 i; i < 2; ++i) _liquidators[i] = _named(string.concat("liquidator", vm.toString(i)));
        for (uint256 i; i < 3; ++i) _stakers[i] = _named(string.concat("staker", vm.toString(i)));
        for (uint256 i; i < 3; ++i) _underwriters[i] = _named(string.concat("underwriter", vm.toString(i)));
        for (uint256 i; i < 2; ++i) _buyers[i] = _named(string.concat("buyer", vm.toString(i)));
    }

    // ---------------------------------------------------------------- Read by the invariants

    function system() external view returns (System memory) {
        return _system;
    }

    function lenders() external view returns (address[4] memory) {
        return _lenders;
    }

    function borrowers() external view returns (address[3] memory) {
        return _borrowers;
    }

    function stakers() external view returns (address[3] memory) {
        return _stakers;
    }

    function underwriters() external view returns (address[3] memory) {
        return _underwriters;
    }

    function setApart(uint256 id) external view returns (SetApart memory) {
        return _setApart[id];
    }

    function mints() external view returns (Draw[] memory) {
        return _mints;
    }

    function fundDraws() external view returns (Draw[] memory) {
        return _fundDraws;
    }

    function writeOffs() external view returns (WriteOff[] memory) {
        return _writeOffs;
    }

    function idsOf(address borrower, uint256 collateral) external view returns (uint256[] memory) {
        return _idsOf[borrower][collateral];
    }

    function impairedIdOf(address borrower, uint256 collateral) external view returns (uint256) {
        return _impairedId[borrower][collateral];
    }

    function collateralOf(address borrower, uint256 collateral) external view returns (uint256) {
        return _collateralOf[borrower][collateral];
    }

    function principalOf(address borrower, uint256 collateral) external view returns (uint256) {
        return _principalOf[borrower][collateral];
    }

    function chargedEpochs(address share) external view returns (uint256[] memory) {
        return _chargedEpochs[share];
    }

    function charge(address share, uint256 epoch) external view returns (Charge memory) {
        return _charges[share][epoch];
    }

    function heldAt(address share, uint256 epoch, address account) external view returns (uint256) {
        return _heldAt[share][epoch][account];
    }

    function claimedBy(address share, uint256 epoch, address account) external view returns (uint256) {
        return _claimedBy[share][epoch][account];
    }

    function sharesOf(address share, address account) external view returns (uint256) {
        return _sharesOf[share][account];
    }

    function donated(address holder, address token) external view returns (uint256) {
        return _donated[holder][token];
    }

    function extinguishedDebt() external view returns (uint256 debtAssets, uint256 repaidAssets) {
        return (_extinguishedDebt, _repaidInWriteOffs);
    }
}
